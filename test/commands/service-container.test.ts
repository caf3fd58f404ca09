import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { everyPath, ServiceFolder, wallets } from '../support/service-folder.ts'

describe('miner service docker and compose', () => {
  let folder: ServiceFolder
  beforeEach(() => {
    folder = new ServiceFolder()
  })
  afterEach(() => folder[Symbol.dispose]())

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
        const { code, stderr } = await folder.run([kind, ...flags])
        assert.equal(code, 2)
        assert.ok(stderr.includes(`${message}, and in a container that is the container itself`), stderr)
        assert.match(stderr, /\n {2}try: name the host as host\.docker\.internal,/)
      }
    for (const [flags] of local) assert.equal((await folder.run(['systemd', ...flags])).code, 0)
    const base = ['--base-url', 'http://host.docker.internal:8000/v1']
    assert.match((await folder.run(['docker', ...base])).stderr, / --add-host host\.docker\.internal:host-gateway /)
    const { services } = parse((await folder.run(['compose', ...base])).stdout)
    assert.deepEqual(services.miner.extra_hosts, ['host.docker.internal:host-gateway'])
  })

  it('publishes the admin port of a container, or refuses what it cannot open', async () => {
    folder.configure('[admin]\nport = 9092\n')
    const { stderr } = await folder.run(['docker'])
    assert.match(stderr, / --publish 127\.0\.0\.1:9092:9092 /)
    assert.match(stderr, / --env 'MINER_ADMIN_HOST=0\.0\.0\.0' /)
    for (const [flags, message] of [
      [['--admin-port', '0'], 'admin.port is 0, and a container publishes a port that is known'],
      [['--admin-host', 'my-server'], 'admin.host is my-server, and Docker publishes a port at an address only'],
    ] as const) {
      const refused = await folder.run(['docker', ...flags])
      assert.deepEqual([refused.code, refused.stderr.includes(message)], [2, true])
    }
    const composed = await folder.run(['compose'])
    assert.match(
      composed.stderr,
      /^# The compose file has an admin port of its own, which does not follow admin\.port\.$/m,
    )
    assert.deepEqual(parse(composed.stdout).services.miner.ports, ['8091:8091', '127.0.0.1:9091:9091'])
    assert.equal((await folder.run(['compose', '--admin-port', '9091'])).code, 0)
    for (const flags of [
      ['--admin-port', '9000'],
      ['--admin-host', '0.0.0.0'],
      ['--admin-allow-host', 'a.example'],
    ]) {
      const { code, stderr } = await folder.run(['compose', ...flags])
      assert.deepEqual(
        [code, /admin\.\w+ has no effect: the compose file opens the admin port/.test(stderr)],
        [2, true],
      )
    }
  })

  it('gives what it writes to the owner of the hotkey, where that is another user than the one who writes it', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give the hotkey to another user
    const owned = join(folder.path, 'wallets')
    cpSync(join(wallets, 'plain'), join(owned, 'plain'), { recursive: true })
    chownSync(join(owned, 'plain/hotkeys/default'), 12_345, 23_456)
    const out = join(folder.path, 'out')
    const other = { BT_WALLET_PATH: owned }
    const docker = await folder.run(['docker', '--write', out], other)
    assert.ok(docker.stderr.includes(`\nsudo chown -R 12345:23456 ${out}/data\n`), docker.stderr)
    const compose = await folder.run(['compose', '--write', out, '--force'], other)
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
      assert.ok(
        !(await folder.run([kind, '--write', join(folder.path, kind)])).stderr.includes('chown'),
        'it is the owner',
      )
  })

  it('keeps all but the program out of the image, without --write, too', async () => {
    const { stderr } = await folder.run(['docker'])
    const [line = ''] = /^printf .*$/m.exec(stderr) ?? []
    execFileSync('bash', ['-euc', line])
    assert.equal(readFileSync(join(folder.path, '.dockerignore'), 'utf8'), '*\n!*.tgz\n')
    assert.ok(!(await folder.run(['docker', '--write', 'out'])).stderr.includes('.dockerignore'))
    assert.equal(readFileSync(join(folder.path, 'out/.dockerignore'), 'utf8'), '*\n!*.tgz\n')
  })

  it('makes a compose file in which hostile values are what they were', async () => {
    const name = `it's $HOME "a" %h #: \\n`
    const path = join(folder.path, name)
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
    const { code, stdout, stderr } = await folder.run(['compose', ...flags])
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

  it('refuses a port of the axon that another part of the service has', async () => {
    for (const [words, other] of [
      [['docker', '--axon-port', '9091', '--admin-port', '9091'], 'the admin port'],
      [['compose', '--axon-port', '9091'], 'the admin port'],
      [['compose', '--axon-port', '9090'], 'Prometheus'],
      [['compose', '--axon-port', '3000'], 'Grafana'],
    ] as const) {
      const { code, stderr } = await folder.run(words)
      assert.equal(code, 2)
      assert.ok(stderr.includes(`axon.port is ${words[2]}, which is that of ${other}`), stderr)
    }
    assert.equal((await folder.run(['docker', '--axon-port', '9090'])).code, 0)
  })

  it('publishes the axon at the address of its settings, or refuses a name', async () => {
    const host = ['--axon-host', '127.0.0.1']
    assert.match((await folder.run(['docker', ...host])).stderr, / --publish 127\.0\.0\.1:8091:8091 /)
    const { ports, environment } = parse((await folder.run(['compose', ...host])).stdout).services.miner
    assert.deepEqual([ports[0], environment.MINER_AXON_HOST], ['127.0.0.1:8091:8091', '0.0.0.0'])
    for (const kind of ['docker', 'compose']) {
      const { code, stderr } = await folder.run([kind, '--axon-host', 'my-server'])
      assert.equal(code, 2)
      assert.match(stderr, /axon\.host is my-server, and Docker publishes a port at an address only/)
      assert.match(stderr, /\n {2}try: --axon-host 127\.0\.0\.1\n/)
    }
  })

  it('says that a proxy on this machine has another address for a container', async () => {
    const told = async (...words: string[]) =>
      (await folder.run(words)).stderr.includes('and not from 127.0.0.1: see docs')
    for (const kind of ['docker', 'compose']) assert.ok(await told(kind, '--trusted-proxy', '10.0.0.1', '127.0.0.1'))
    assert.ok(!(await told('docker', '--trusted-proxy', '10.0.0.1')))
  })

  it('says that it cannot start where its user cannot read what it needs', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give files to another user
    cpSync(join(wallets, 'plain'), join(folder.path, 'wallets/plain'), { recursive: true })
    chownSync(join(folder.path, 'wallets/plain/hotkeys/default'), 12_345, 23_456)
    const config = folder.configure('')
    const why = async () => {
      const { stderr } = await folder.run(['docker'], { BT_WALLET_PATH: join(folder.path, 'wallets') })
      return stderr.split('\n').find(line => line.startsWith('# The container cannot start as it is:'))
    }
    assert.ok((await why())?.includes(`user 12345, as whom it runs, cannot read ${config}.`))
    chownSync(config, 12_345, 0)
    assert.equal(await why(), undefined, 'whatever the modes of its folders are')
  })

  it('takes certificates that the shell names along', async () => {
    const certificates = join(folder.path, 'ca.pem')
    const more = { NODE_EXTRA_CA_CERTS: 'ca.pem' }
    const { stderr } = await folder.run(['docker'], more)
    assert.ok(stderr.includes(` --env 'NODE_EXTRA_CA_CERTS=${certificates}' `), stderr)
    assert.ok(stderr.includes(` --mount 'type=bind,src=${certificates},dst=${certificates},readonly' `))
    const { environment, volumes } = parse((await folder.run(['compose'], more)).stdout).services.miner
    assert.equal(environment.NODE_EXTRA_CA_CERTS, certificates)
    assert.ok(volumes.some(({ source }: { source: string }) => source === certificates))
  })
})
