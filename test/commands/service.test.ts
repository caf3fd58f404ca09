import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { linkedMiner } from '../support/linked-miner.ts'
import { runMiner } from '../support/miner-process.ts'

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

describe('miner service', () => {
  let folder: string
  let env: Record<string, string>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-service-'))
    env = { MINER_CONFIG_DIR: join(folder, 'config'), BT_WALLET_PATH: wallets, BT_WALLET_NAME: 'plain' }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const service = (words: readonly string[], more: Record<string, string> = {}) =>
    runMiner(['service', ...words], { env: { ...env, ...more }, cwd: folder })
  const configure = (toml: string) => {
    mkdirSync(env.MINER_CONFIG_DIR!)
    writeFileSync(join(env.MINER_CONFIG_DIR!, 'config.toml'), toml, { mode: 0o600 })
    return join(env.MINER_CONFIG_DIR!, 'config.toml')
  }

  it('makes a unit of the configuration file, flags and variables, which has a path for each secret', async () => {
    const config = configure('[openai]\napiKey = "file:openai key.secret"\n\n[wallet]\npassword = "file:/run/pw"\n')
    writeFileSync(join(env.MINER_CONFIG_DIR!, 'openai key.secret'), 'sk-in-the-file\n')
    const more = { MINER_OPENAI_MAX_TOKENS: '50', OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' }
    const flags = ['--netuid', '3', '--system-prompt', 'Be 100% "brief".', '--allow', '5a', '5b']
    const wrong = await service(['systemd', ...flags], more)
    assert.match(wrong.stderr, /policy\.allow\[0\]/, 'it is checked as serve checks it')
    const { code, stdout, stderr } = await service(['systemd', ...flags.slice(0, 4), '--no-require-permit'], more)
    assert.equal(code, 0, stderr)
    const lines = stdout.split('\n')
    const valuesOf = (key: string) =>
      lines.flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
    assert.deepEqual(valuesOf('ExecStart'), [
      `"${process.execPath}" "--max-semi-space-size=4" "--" "${program}" "serve" "--config=${config}"`,
    ])
    assert.deepEqual(valuesOf('Environment').toSorted(), [
      '"MINER_NETUID=3"',
      '"MINER_OPENAI_API_KEY=file:$CREDENTIALS_DIRECTORY/openai-apiKey"',
      '"MINER_OPENAI_BASE_URL=http://127.0.0.1:8000/v1"',
      '"MINER_OPENAI_MAX_TOKENS=50"',
      '"MINER_OPENAI_SYSTEM_PROMPT=Be 100%% \\"brief\\"."',
      '"MINER_POLICY_REQUIRE_PERMIT=false"',
      '"MINER_WALLET_NAME=plain"',
      '"MINER_WALLET_PASSWORD=file:$CREDENTIALS_DIRECTORY/wallet-password"',
      `"MINER_WALLET_PATH=${wallets}"`,
      'MINER_CACHE_DIR=%C/bittensor-miner',
      'MINER_DATA_DIR=%S/bittensor-miner',
    ])
    assert.deepEqual(valuesOf('LoadCredential').toSorted(), [
      `openai-apiKey:${join(env.MINER_CONFIG_DIR!, 'openai key.secret')}`,
      'wallet-password:/run/pw',
    ])
    assert.deepEqual(valuesOf('User'), [userInfo().username])
    assert.ok(!`${stdout}${stderr}`.includes('sk-in-the-file'))
    assert.match(stderr, /^sudo systemctl enable --now bittensor-miner\.service$/m)
  })

  it('gives a port below 1024 the capability that it takes', async () => {
    const { stdout } = await service(['systemd', '--axon-port', '80'])
    assert.match(stdout, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m)
    assert.match((await service(['systemd'])).stdout, /^AmbientCapabilities=$/m)
  })

  it('keeps a reference to a credential or to a variable, and tells what it needs', async () => {
    configure('[openai]\napiKey = "file:$CREDENTIALS_DIRECTORY/openai"\norganization = "o"\n')
    const { stdout, stderr } = await service(['systemd', '--wallet-password', 'env:PASSWORD_OF_MINE'])
    assert.match(stdout, /^LoadCredential=openai:openai$/m)
    assert.match(stdout, /^PassEnvironment=PASSWORD_OF_MINE$/m)
    assert.match(stdout, /^Environment="MINER_WALLET_PASSWORD=env:PASSWORD_OF_MINE"$/m)
    assert.match(stderr, /install -D -m 600 SECRET-FILE \/etc\/credstore\/openai/)
    const { code, stderr: refused } = await service(['docker'])
    assert.equal(code, 2)
    assert.match(refused, /refers to the credential openai of systemd, which a container does not have/)
  })

  it('leaves the variables of --env-file in that file', async () => {
    writeFileSync(join(folder, 'miner.env'), 'MY_KEY=sk-in-the-env-file\nMINER_NETUID=3\n', { mode: 0o600 })
    const { stdout, stderr } = await service(['systemd', '--env-file', 'miner.env', '--api-key', 'env:MY_KEY'])
    assert.match(stdout, /^ExecStart=.* "serve" "--env-file=\/.*\/miner\.env"$/m)
    assert.ok(!/PassEnvironment|MINER_NETUID|sk-in-the-env-file/.test(stdout + stderr))
  })

  it('tells how its own folder gets the plugin that it uses, where it can be seen', async () => {
    const linked = linkedMiner('leaking')
    const { stdout, stderr } = await service(['systemd'], linked)
    assert.match(stdout, /^Environment="MINER_USE=leaking"$/m)
    assert.match(stderr, /MINER_DATA_DIR=\/var\/lib\/bittensor-miner.* plugins link \/.*\/test\/support\/miners$/m)
    const contained = await service(['docker'], linked)
    assert.match(contained.stderr, /^# The plugin test-miners is linked from .*, which a container does not see/m)
    assert.ok(!contained.stderr.includes('plugins link'))
    assert.ok(!(await service(['systemd'])).stderr.includes('plugins'))
  })

  for (const kind of ['systemd', 'docker', 'compose'])
    it(`${kind} refuses each literal secret with a line that moves it to a file of mode 0600, which works`, async () => {
      const config = configure('[openai]\nmodel = "m"\n\n[wallet]\npassword = "in the file"\n')
      const literal = await service([kind, '--write', 'out'], { OPENAI_API_KEY: 'sk-in-the-variable' })
      assert.equal(literal.code, 2)
      assert.deepEqual(literal.stdout, '')
      assert.throws(() => statSync(join(folder, 'out')))
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
        const file = join(env.MINER_CONFIG_DIR!, name)
        assert.equal(statSync(file).mode & 0o777, 0o600)
        assert.equal(readFileSync(file, 'utf8'), text)
      }
      assert.ok(!readFileSync(config, 'utf8').includes('in the file'))
      const moved = await service([kind, '--write', 'out'])
      assert.equal(moved.code, 0, moved.stderr)
      const written = everyFile(join(folder, 'out'))
      for (const text of [moved.stdout, moved.stderr, ...written])
        for (const secret of ['in the file', 'sk-in-the-variable']) assert.ok(!text.includes(secret))
    })

  /** Runs the line of a hint in a shell, where `miner` is this program. */
  function runLine(
    line: string,
    { input = '', variables = {} }: { input?: string; variables?: Record<string, string> },
  ) {
    const miner = `miner() { "${process.execPath}" "${program}" "$@"; }`
    execFileSync('bash', ['-c', `set -e; ${miner}; ${line}`], { input, env: { ...process.env, ...env, ...variables } })
  }

  it('refuses a secret that is a part of a setting, and a URL with a password in a variable', async () => {
    configure('[[openai.endpoints]]\nbaseUrl = "http://127.0.0.1:8000/v1"\napiKey = "sk-in-a-list"\n')
    const more = { MINER_AXON_STORE: 'redis://:open-sesame@127.0.0.1', MINER_AXON_STORE_SECRET: 'file:/run/secret' }
    const { code, stderr } = await service(['systemd'], more)
    assert.equal(code, 2)
    assert.match(stderr, /openai\.endpoints\[0\]\.apiKey is a secret itself/)
    assert.match(stderr, /miner config edit # .*, write "file:.*openai-endpoints-0-apiKey\.secret" in its place/)
    assert.match(stderr, /axon\.store is a URL with a password, which is written nowhere \(MINER_AXON_STORE\)/)
    assert.ok(!stderr.includes('open-sesame') && !stderr.includes('sk-in-a-list'))
  })

  it('refuses a node of the chain with a path, which may be a key, unless the file has it', async () => {
    const node = 'wss://node.example/v1/a-key-of-the-provider'
    for (const flag of ['--network', '--chain-endpoint']) {
      const { code, stdout, stderr } = await service(['systemd', flag, node])
      assert.equal(code, 2)
      assert.match(stderr, /subtensor\.\w+ is a URL with a path, which may be secret, and is written nowhere/)
      assert.ok(!`${stdout}${stderr}`.includes('a-key-of'))
      assert.equal((await service(['systemd', flag, 'wss://node.example:443'])).code, 0)
    }
    configure(`[subtensor]\nendpoints = ["${node}"]\n`)
    const { code, stdout, stderr } = await service(['systemd'])
    assert.deepEqual([code, `${stdout}${stderr}`.includes('a-key-of')], [0, false])
  })

  it('refuses a container that would ask itself instead of a server of this machine', async () => {
    const secret = ['--store-secret', 'file:/run/secret']
    const local = [
      [['--base-url', 'http://127.0.0.1:8000/v1'], 'openai.baseUrl names 127.0.0.1:8000'],
      [['--network', 'local'], 'subtensor.network names 127.0.0.1:9944'],
      [['--chain-endpoint', 'ws://localhost:9944'], 'subtensor.endpoints names localhost:9944'],
      [['--store', 'redis://[::1]:6379', ...secret], 'axon.store names [::1]:6379'],
      [['--store', 'redis://0.0.0.0:6379', ...secret], 'axon.store names 0.0.0.0:6379'],
    ] as const
    for (const [flags, message] of local)
      for (const kind of ['docker', 'compose']) {
        const { code, stderr } = await service([kind, ...flags])
        assert.equal(code, 2)
        assert.ok(stderr.includes(`${message}, and in a container that is the container itself`), stderr)
        assert.match(stderr, /\n {2}try: name the host as host\.docker\.internal,/)
      }
    for (const [flags] of local) assert.equal((await service(['systemd', ...flags])).code, 0)
    const base = ['--base-url', 'http://host.docker.internal:8000/v1']
    assert.match((await service(['docker', ...base])).stderr, / --add-host host\.docker\.internal:host-gateway /)
    const { services } = parse((await service(['compose', ...base])).stdout)
    assert.deepEqual(services.miner.extra_hosts, ['host.docker.internal:host-gateway'])
  })

  it('publishes the admin port of a container, or refuses what it cannot open', async () => {
    configure('[admin]\nport = 9092\n')
    const { stderr } = await service(['docker'])
    assert.match(stderr, / --publish 127\.0\.0\.1:9092:9092 /)
    assert.match(stderr, / --env 'MINER_ADMIN_HOST=0\.0\.0\.0' /)
    for (const [flags, message] of [
      [['--admin-port', '0'], 'admin.port is 0, and a container publishes a port that is known'],
      [['--admin-host', 'my-server'], 'admin.host is my-server, and Docker publishes a port at an address only'],
    ] as const) {
      const refused = await service(['docker', ...flags])
      assert.deepEqual([refused.code, refused.stderr.includes(message)], [2, true])
    }
    const composed = await service(['compose'])
    assert.match(
      composed.stderr,
      /^# The compose file has an admin port of its own, which does not follow admin\.port\.$/m,
    )
    assert.deepEqual(parse(composed.stdout).services.miner.ports, ['8091:8091', '127.0.0.1:9091:9091'])
    assert.equal((await service(['compose', '--admin-port', '9091'])).code, 0)
    for (const flags of [
      ['--admin-port', '9000'],
      ['--admin-host', '0.0.0.0'],
      ['--admin-allow-host', 'a.example'],
    ]) {
      const { code, stderr } = await service(['compose', ...flags])
      assert.deepEqual(
        [code, /admin\.\w+ has no effect: the compose file opens the admin port/.test(stderr)],
        [2, true],
      )
    }
  })

  it('gives what it writes to the owner of the hotkey, where that is another user than the one who writes it', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give the hotkey to another user
    const owned = join(folder, 'wallets')
    cpSync(join(wallets, 'plain'), join(owned, 'plain'), { recursive: true })
    chownSync(join(owned, 'plain/hotkeys/default'), 12_345, 23_456)
    const out = join(folder, 'out')
    const other = { BT_WALLET_PATH: owned }
    const docker = await service(['docker', '--write', out], other)
    assert.ok(docker.stderr.includes(`\nsudo chown -R 12345:23456 ${out}/data\n`), docker.stderr)
    const compose = await service(['compose', '--write', out, '--force'], other)
    const [line = ''] = /^sudo chown .*$/m.exec(compose.stderr) ?? []
    const steps = compose.stderr.split('\n')
    assert.ok(steps.indexOf(line) > steps.findIndex(step => step.includes('admin-token')), 'once the secrets are there')
    mkdirSync(join(out, 'secrets'))
    writeFileSync(join(out, 'secrets/admin-token'), 'token', { mode: 0o600 })
    execFileSync('sh', ['-euc', line.replace(/^sudo /, '')])
    // All that the containers mount of the folder, and the files that the user who runs compose has to read.
    for (const { volumes } of Object.values<{ volumes: { source: string }[] }>(
      parse(readFileSync(join(out, 'compose.yml'), 'utf8')).services,
    ))
      for (const { source } of volumes)
        if (source.startsWith('./')) assert.equal(statSync(join(out, source)).uid, 12_345, source)
    for (const file of everyPath(out)) assert.equal(statSync(file).uid, dirname(file) === out ? 0 : 12_345, file)
    for (const kind of ['docker', 'compose'])
      assert.ok(!(await service([kind, '--write', join(folder, kind)])).stderr.includes('chown'), 'it is the owner')
  })

  it('keeps all but the program out of the image, without --write, too', async () => {
    const { stderr } = await service(['docker'])
    const [line = ''] = /^printf .*$/m.exec(stderr) ?? []
    execFileSync('bash', ['-euc', line])
    assert.equal(readFileSync(join(folder, '.dockerignore'), 'utf8'), '*\n!*.tgz\n')
    assert.ok(!(await service(['docker', '--write', 'out'])).stderr.includes('.dockerignore'))
    assert.equal(readFileSync(join(folder, 'out/.dockerignore'), 'utf8'), '*\n!*.tgz\n')
  })

  it('refuses an encrypted hotkey without a password that it could read', async () => {
    const encrypted = { BT_WALLET_NAME: 'locked' }
    const { code, stderr } = await service(['systemd'], encrypted)
    assert.equal(code, 2)
    assert.match(stderr, /is encrypted, and a service cannot ask for its password/)
    writeFileSync(join(folder, 'password'), 'x')
    assert.equal((await service(['systemd', '--wallet-password', 'file:password'], encrypted)).code, 0)
  })

  it('writes files that only this user reads, over none that exist without --force, and nothing else', async () => {
    const first = await service(['compose', '--write', 'new/out', '--json'])
    assert.equal(first.code, 0, first.stderr)
    const { written } = JSON.parse(first.stdout)
    const out = join(folder, 'new/out')
    const files = readdirSync(out, { recursive: true, withFileTypes: true })
    assert.deepEqual(
      files.flatMap(file => (file.isFile() ? [join(file.parentPath, file.name)] : [])).toSorted(),
      written.toSorted(),
    )
    for (const file of written) assert.equal(statSync(file).mode & 0o777, 0o600)
    for (const kind of ['miner', 'prometheus', 'grafana']) assert.ok(statSync(join(out, 'data', kind)).isDirectory())
    rmSync(join(out, 'Dockerfile'))
    writeFileSync(join(out, 'compose.yml'), 'mine\n')
    const again = await service(['compose', '--write', out])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /compose\.yml exists, and is left as it is\n {2}try: add --force/)
    assert.equal(readFileSync(join(out, 'compose.yml'), 'utf8'), 'mine\n')
    assert.throws(() => statSync(join(out, 'Dockerfile')), 'where one exists, none is written')
    assert.equal((await service(['compose', '--write', out, '--force'])).code, 0)
    assert.match(readFileSync(join(out, 'compose.yml'), 'utf8'), /^services:$/m)
    const readOnly = await service(['systemd', '--write', '/proc/nowhere'])
    assert.equal(readOnly.code, 1)
    assert.match(readOnly.stderr, /\/proc\/nowhere\/bittensor-miner\.service cannot be written/)
  })

  it('makes a compose file in which hostile values are what they were', async () => {
    const name = `it's $HOME "a" %h #: \\n`
    const path = join(folder, name)
    cpSync(join(wallets, 'plain'), join(path, 'plain'), { recursive: true })
    writeFileSync(join(path, 'key'), 'sk-in-the-file')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose replaces such variables, not JavaScript
    const prompt = 'a: [1]\n# ${MINER} $$ é 😀\t\u2028"\\'
    const flags = [
      '--wallet-path',
      path,
      '--api-key',
      `file:${path}/key`,
      '--system-prompt',
      prompt,
      '--service-name',
      'My.Miner',
    ]
    const { code, stdout, stderr } = await service(['compose', ...flags])
    assert.equal(code, 0, stderr)
    const {
      name: project,
      services,
      secrets,
    } = parse(stdout, (_, value) => (typeof value === 'string' ? value.replaceAll('$$', '$') : value))
    assert.equal(project, 'my-miner')
    assert.equal(services.miner.environment.MINER_OPENAI_SYSTEM_PROMPT, prompt)
    assert.equal(services.miner.environment.MINER_WALLET_PATH, path)
    const hotkey = join(path, 'plain/hotkeys/default')
    assert.equal(secrets.hotkey.file, hotkey)
    assert.deepEqual(services.miner.secrets, [
      'admin-token',
      { source: 'hotkey', target: hotkey },
      { source: 'openai-apiKey', target: `${path}/key` },
    ])
    for (const { ports } of [services.prometheus, services.grafana])
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/)
    assert.deepEqual(services.miner.ports, ['8091:8091', '127.0.0.1:9091:9091'])
    const unescaped = stdout.replaceAll('$$', '')
    assert.ok(!unescaped.includes('$'), 'compose would replace it')
  })

  it('refuses a configuration that can be read only once', async () => {
    const line = `'${process.execPath}' '${program}' service systemd --config <(printf 'netuid = 3')`
    const { status, stderr } = spawnSync('bash', ['-c', line], { env: { ...process.env, ...env }, encoding: 'utf8' })
    assert.equal(status, 2)
    assert.match(stderr, /\/dev\/fd\/\d+ is a pipe or a device, which a service cannot read at each start/)
  })

  it('tells what a unit cannot hold', async () => {
    const { code, stderr } = await service(['systemd', '--system-prompt', 'a\u001bb'])
    assert.equal(code, 2)
    assert.match(stderr, /a unit of systemd cannot hold "MINER_OPENAI_SYSTEM_PROMPT=a\\u001bb"/)
  })
})

function everyPath(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(file =>
    file.isFile() ? [join(file.parentPath, file.name)] : [],
  )
}

function everyFile(folder: string): readonly string[] {
  return everyPath(folder).map(file => readFileSync(file, 'utf8'))
}
