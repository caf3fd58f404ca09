import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkedMiner } from '../support/linked-miner.ts'
import { everyPath, program, ServiceFolder } from '../support/service-folder.ts'

describe('miner service', () => {
  let folder: ServiceFolder
  beforeEach(() => {
    folder = new ServiceFolder()
  })
  afterEach(() => folder[Symbol.dispose]())

  it('tells how its own folder gets the plugin that it uses, where it can be seen', async () => {
    const linked = linkedMiner('leaking')
    const { stdout, stderr } = await folder.run(['systemd'], linked)
    assert.match(stdout, /^Environment="MINER_USE=leaking"$/m)
    assert.match(stderr, /MINER_DATA_DIR=\/var\/lib\/bittensor-miner.* plugins link \/.*\/test\/support\/miners$/m)
    const contained = await folder.run(['docker'], linked)
    assert.match(contained.stderr, /^# The plugin test-miners is linked from .*, which a container does not see/m)
    assert.ok(!contained.stderr.includes('plugins link'))
    assert.ok(!(await folder.run(['systemd'])).stderr.includes('plugins'))
  })

  for (const kind of ['systemd', 'docker', 'compose'])
    it(`${kind} refuses each literal secret with a line that moves it to a file of mode 0600, which works`, async () => {
      const config = folder.configure('[openai]\nmodel = "m"\n\n[wallet]\npassword = "in the file"\n')
      const literal = await folder.run([kind, '--write', 'out'], { OPENAI_API_KEY: 'sk-in-the-variable' })
      assert.equal(literal.code, 2)
      assert.deepEqual(literal.stdout, '')
      assert.throws(() => statSync(join(folder.path, 'out')))
      const hints = [...literal.stderr.matchAll(/^ {2}try: (.*)$/gm)].map(([, hint]) => hint!)
      assert.equal(hints.length, 2, literal.stderr)
      const [ofWallet, ofKey] = hints.toSorted(
        (one, other) => Number(one.includes('OPENAI')) - Number(other.includes('OPENAI')),
      )
      runLine(ofWallet!, { input: 'in the file' })
      runLine(ofKey!, { variables: { OPENAI_API_KEY: 'sk-in-the-variable' } })
      for (const [name, text] of [
        ['wallet-password.secret', 'in the file'],
        ['openai-apiKey.secret', 'sk-in-the-variable\n'],
      ] as const) {
        const file = join(folder.config, name)
        assert.equal(statSync(file).mode & 0o777, 0o600)
        assert.equal(readFileSync(file, 'utf8'), text)
      }
      assert.ok(!readFileSync(config, 'utf8').includes('in the file'))
      const moved = await folder.run([kind, '--write', 'out'])
      assert.equal(moved.code, 0, moved.stderr)
      const written = everyFile(join(folder.path, 'out'))
      for (const text of [moved.stdout, moved.stderr, ...written])
        for (const secret of ['in the file', 'sk-in-the-variable']) assert.ok(!text.includes(secret))
    })

  /** Runs the line of a hint in a shell, where `miner` is this program. */
  function runLine(
    line: string,
    { input = '', variables = {} }: { input?: string; variables?: Record<string, string> },
  ) {
    const miner = `miner() { "${process.execPath}" "${program}" "$@"; }`
    execFileSync('bash', ['-c', `set -e; ${miner}; ${line}`], {
      input,
      env: { ...process.env, ...folder.env, ...variables },
    })
  }

  it('refuses a budget that cannot be kept, as serve does, and needs no secret to tell', async () => {
    folder.configure('[openai]\napiKey = "env:NOT_SET_HERE"\nmodel = "unpriced"\n')
    const budget = ['--budget', '5usd/day']
    const { code, stdout, stderr } = await folder.run(['systemd', ...budget])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /budget\.limit cannot be kept: unpriced at \S+ has no price/)
    assert.equal((await folder.run(['systemd'])).code, 0)
    const priced = await folder.run(['systemd', ...budget, '--model', 'gpt-4o-mini', '--max-tokens', '100'])
    assert.equal(priced.code, 0, priced.stderr)
  })

  it('refuses a secret that is a part of a setting, and a URL with a password in a variable', async () => {
    folder.configure('[[openai.endpoints]]\nbaseUrl = "http://127.0.0.1:8000/v1"\napiKey = "sk-in-a-list"\n')
    const more = { MINER_AXON_STORE: 'redis://:open-sesame@127.0.0.1', MINER_AXON_STORE_SECRET: 'file:/run/secret' }
    const { code, stderr } = await folder.run(['systemd'], more)
    assert.equal(code, 2)
    assert.match(stderr, /openai\.endpoints\[0\]\.apiKey is a secret itself/)
    assert.match(stderr, /miner config edit # .*, write "file:.*openai-endpoints-0-apiKey\.secret" in its place/)
    assert.match(stderr, /axon\.store is a URL with a password, which is written nowhere \(MINER_AXON_STORE\)/)
    assert.ok(!stderr.includes('open-sesame') && !stderr.includes('sk-in-a-list'))
  })

  it('refuses a node of the chain with a path, which may be a key, unless the file has it', async () => {
    const node = 'wss://node.example/v1/a-key-of-the-provider'
    for (const flag of ['--network', '--chain-endpoint']) {
      const { code, stdout, stderr } = await folder.run(['systemd', flag, node])
      assert.equal(code, 2)
      assert.match(stderr, /subtensor\.\w+ is a URL with a path, which may be secret, and is written nowhere/)
      assert.ok(!`${stdout}${stderr}`.includes('a-key-of'))
      assert.equal((await folder.run(['systemd', flag, 'wss://node.example:443'])).code, 0)
    }
    folder.configure(`[subtensor]\nendpoints = ["${node}"]\n`)
    const { code, stdout, stderr } = await folder.run(['systemd'])
    assert.deepEqual([code, `${stdout}${stderr}`.includes('a-key-of')], [0, false])
  })

  it('refuses an encrypted hotkey without a password that it could read', async () => {
    const encrypted = { BT_WALLET_NAME: 'locked' }
    const { code, stderr } = await folder.run(['systemd'], encrypted)
    assert.equal(code, 2)
    assert.match(stderr, /is encrypted, and a service cannot ask for its password/)
    writeFileSync(join(folder.path, 'password'), 'x')
    assert.equal((await folder.run(['systemd', '--wallet-password', 'file:password'], encrypted)).code, 0)
  })

  it('writes files that only this user reads, over none that exist without --force, and nothing else', async () => {
    const first = await folder.run(['compose', '--write', 'new/out', '--json'])
    assert.equal(first.code, 0, first.stderr)
    const { written } = JSON.parse(first.stdout)
    const out = join(folder.path, 'new/out')
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
    assert.deepEqual(
      files.flatMap(file => (file.isFile() ? [join(file.parentPath, file.name)] : [])).toSorted(),
      written.toSorted(),
    )
    for (const file of written) assert.equal(statSync(file).mode & 0o777, 0o600)
    for (const kind of ['miner', 'prometheus', 'grafana']) assert.ok(statSync(join(out, 'data', kind)).isDirectory())
    rmSync(join(out, 'Dockerfile'))
    writeFileSync(join(out, 'compose.yml'), 'mine\n')
    const again = await folder.run(['compose', '--write', out])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /compose\.yml exists, and is left as it is\n {2}try: add --force/)
    assert.equal(readFileSync(join(out, 'compose.yml'), 'utf8'), 'mine\n')
    assert.throws(() => statSync(join(out, 'Dockerfile')), 'where one exists, none is written')
    assert.equal((await folder.run(['compose', '--write', out, '--force'])).code, 0)
    assert.match(readFileSync(join(out, 'compose.yml'), 'utf8'), /^services:$/m)
    const readOnly = await folder.run(['systemd', '--write', '/proc/nowhere'])
    assert.equal(readOnly.code, 1)
    assert.match(readOnly.stderr, /\/proc\/nowhere\/bittensor-miner\.service cannot be written/)
  })

  it('refuses a configuration that can be read only once', async () => {
    const line = `'${process.execPath}' '${program}' service systemd --config <(printf 'netuid = 3')`
    const { status, stderr } = spawnSync('bash', ['-c', line], {
      env: { ...process.env, ...folder.env },
      encoding: 'utf8',
    })
    assert.equal(status, 2)
    assert.match(stderr, /\/dev\/fd\/\d+ is a pipe or a device, which a service cannot read at each start/)
  })
})

function everyFile(folder: string): readonly string[] {
  return everyPath(folder).map(file => readFileSync(file, 'utf8'))
}
