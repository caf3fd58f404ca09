import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { run, startServer } from '../support/child-process.ts'
import { send, signedRequest } from '../support/signed-request.ts'
import { freePort } from '../survival/start-redis.ts'
import { type Configured, configureMiner } from './make-files.ts'

const tools = '.deploy/bin'

describe('miner service docker', () => {
  let miner: Configured
  let dockerfile: string
  let next: string
  before(async () => {
    miner = configureMiner(await freePort())
    const made = await miner.service('docker', '--write', join(miner.folder, 'image'))
    dockerfile = readFileSync(join(miner.folder, 'image/Dockerfile'), 'utf8')
    next = made.stderr
  })
  after(() => miner[Symbol.dispose]())

  it('makes a Dockerfile in which hadolint finds nothing', () => {
    const file = join(miner.folder, 'image/Dockerfile')
    const { status, stdout } = spawnSync(`${tools}/hadolint`, [file], { encoding: 'utf8' })
    assert.equal(`${status} ${stdout}`, '0 ')
  })

  // No daemon of Docker is needed for this, and none is there: that an image can be built of these steps is not shown.
  it('has steps that install this program into a clean folder, whence it serves, and is found healthy', async function () {
    if (process.getuid?.() !== 0) this.skip() // a step gives a folder to another user
    const root = join(miner.folder, 'root')
    for (const folder of ['opt', 'tmp']) mkdirSync(join(root, folder), { recursive: true })
    const [, pack = ''] = /^(npm pack .*)$/m.exec(next)!
    execFileSync('sh', ['-c', pack], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [archive = ''] = readdirSync(join(miner.folder, 'image')).filter(name => name.endsWith('.tgz'))
    assert.match(next, new RegExp(`--build-arg 'PACKAGE=/context/${archive}'`))

    const inRoot = (text: string) => text.replaceAll(/(^|[ ="])\/(opt|data|tmp)\b/g, `$1${root}/$2`)
    const steps = instructions(dockerfile)
      .filter(([name]) => name === 'RUN')
      .map(([, step]) => inRoot(step!.replace(/^--mount=\S+/, '')))
    assert.equal(steps.length, 2)
    const env = { ...process.env, PACKAGE: join(miner.folder, 'image', archive), HOME: join(root, 'tmp') }
    execFileSync('sh', ['-euc', steps.join('\n')], { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 500_000 })

    const json = (name: string) => JSON.parse(inRoot(instructions(dockerfile).findLast(([one]) => one === name)![1]!))
    const variables = imageVariables(inRoot(instructions(dockerfile).find(([name]) => name === 'ENV')![1]!))
    const [program, ...words] = [...json('ENTRYPOINT'), ...json('CMD'), `--config=${miner.own}/config.toml`]
    const ofCommand = {
      MINER_SUBTENSOR_NETWORK: 'none',
      MINER_WALLET_PATH: `${miner.own}/wallets`,
      MINER_WALLET_NAME: 'plain',
    }
    const [, check = ''] = instructions(dockerfile).find(([name]) => name === 'HEALTHCHECK')!
    const [node, ...healthy] = JSON.parse(check.slice(check.indexOf('CMD [') + 'CMD '.length))
    {
      await using server = await startServer(program, words, {
        env: { ...variables, ...ofCommand, MINER_AXON_STORE: 'memory' },
        output: 'stderr',
        readyOf: line => (line.includes('"event":"serving"') ? JSON.parse(line) : undefined),
      })
      assert.equal(server.ready.port, miner.port)
      assert.equal((await send(`http://127.0.0.1:${miner.port}`, signedRequest())).status, 200)
      assert.equal((await run(node, healthy, { env: variables })).code, 0)
    }
    assert.equal((await run(node, healthy, { env: variables })).code, 1)

    // A container has no home of its user, into which npm would write.
    const plugin = join(miner.folder, 'plugin')
    mkdirSync(plugin)
    writeFileSync(join(plugin, 'package.json'), '{"name":"tested-plugin","version":"1.0.0","oclif":{}}')
    execFileSync('npm', ['pack', '--silent', '--pack-destination', plugin, plugin], { stdio: 'ignore' })
    const install = ['plugins', 'install', `file:${plugin}/tested-plugin-1.0.0.tgz`]
    const installed = await run(program, [...json('ENTRYPOINT').slice(1), ...install], {
      env: { ...variables, HOME: '/dev/null/home' },
    })
    assert.equal(installed.code, 0, installed.stderr)
  })
})

describe('miner service compose', () => {
  it('makes a compose file that follows the schema of compose files, and names files that are there', async () => {
    using miner = configureMiner(await freePort())
    const out = join(miner.folder, 'out')
    await miner.service('compose', '--write', out)
    const file = join(out, 'compose.yml')
    const schema = ['--builtin-schema', 'vendor.compose-spec', file]
    const { status, stdout } = spawnSync(`${tools}/check-jsonschema`, schema, { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
    writeFileSync(join(miner.folder, 'wrong.yml'), `${readFileSync(file, 'utf8')}\nservice: {}\n`)
    const wrong = spawnSync(`${tools}/check-jsonschema`, [...schema.slice(0, 2), join(miner.folder, 'wrong.yml')])
    assert.equal(wrong.status, 1, 'it finds what is wrong')

    const { services, secrets } = parse(readFileSync(file, 'utf8'))
    const mounts = Object.values<{ volumes: { source: string }[] }>(services).flatMap(({ volumes }) => volumes)
    for (const { source } of mounts) assertThere(join(source.startsWith('/') ? '' : out, source.replaceAll('$$', '$')))
    const made = ['admin-token', 'grafana-password'] // by the commands that it prints
    for (const [name, { file: path }] of Object.entries<{ file: string }>(secrets))
      if (!made.includes(name)) assertThere(path.replaceAll('$$', '$'))
  })

  it('prints commands that make the token and the password, which only this user reads', async () => {
    using miner = configureMiner(await freePort())
    const { stderr } = await miner.service('compose', '--write', join(miner.folder, 'out'))
    const [, line = ''] = /^(\(umask 077; .*\))$/m.exec(stderr)!
    execFileSync('sh', ['-c', line])
    const folder = join(miner.folder, 'out/secrets')
    assert.match(readFileSync(join(folder, 'admin-token'), 'utf8'), /^[0-9a-f]{64}\n$/)
    const modes = execFileSync('stat', [
      '-c',
      '%a',
      folder,
      join(folder, 'admin-token'),
      join(folder, 'grafana-password'),
    ])
    assert.equal(modes.toString(), '700\n600\n600\n')
  })
})

function assertThere(path: string): void {
  assert.equal(spawnSync('test', ['-e', path]).status, 0, `${path} is not there`)
}

/** The instructions of a Dockerfile: the name of each, and what follows it. */
function instructions(text: string): readonly (readonly [string, string])[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
  return lines.flatMap(line => {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    return name ? [[name, rest!.trim()] as const] : []
  })
}

function imageVariables(text: string): Record<string, string> {
  return Object.fromEntries(text.split(/\s+/).map(one => one.split('=', 2)))
}
