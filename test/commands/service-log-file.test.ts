import assert from 'node:assert/strict'
import { chownSync, copyFileSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { ServiceFolder, wallets } from '../support/service-folder.ts'

describe('the log file of miner service', () => {
  let folder: ServiceFolder
  beforeEach(() => {
    folder = new ServiceFolder()
  })
  afterEach(() => folder[Symbol.dispose]())

  const { uid, gid } = statSync(join(wallets, 'plain/hotkeys/default'))
  const makes = (path: string) => `\nsudo install -d -m 0700 -o ${uid} -g ${gid} ${path}\n`

  it('has systemd make a folder in that of the logs of the system, for the miner alone', async () => {
    const { code, stdout, stderr } = await folder.run(['systemd', '--log-file', '/var/log/tested-miner/a/miner.log'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^LogsDirectory=tested-miner\/a\nLogsDirectoryMode=0700$/m)
    assert.ok(!stdout.includes('ReadWritePaths') && !stderr.includes('install -d'))
  })

  it('lets the unit write the folder of the log file elsewhere, and tells how to make that', async () => {
    const { stdout, stderr } = await folder.run(['systemd', '--log-file', '100% "logs"/miner.log'])
    assert.match(stdout, /^ReadWritePaths="-.*\/100%% \\"logs\\""$/m)
    assert.match(stdout, /^Environment="MINER_LOG_FILE_PATH=.*\/100%% \\"logs\\"\/miner\.log"$/m)
    assert.ok(stderr.includes(makes(`'${folder.path}/100% "logs"'`)), stderr)
    assert.ok(!stdout.includes('LogsDirectory'))
    // systemd reads a colon and a percent sign in the name of such a folder.
    const odd = await folder.run(['systemd', '--log-file', '/var/log/tested:miner/miner.log'])
    assert.match(odd.stdout, /^ReadWritePaths="-\/var\/log\/tested:miner"$/m)
    assert.ok(odd.stderr.includes(makes('/var/log/tested:miner')))
    assert.ok(!/ReadWritePaths|LogsDirectory/.test((await folder.run(['systemd'])).stdout))
  })

  it('follows a path of the configuration file, and makes no folder that is there', async () => {
    folder.configure('[log-file]\npath = "../logs/miner.log"\n')
    mkdirSync(join(folder.path, 'logs'))
    const { stdout, stderr } = await folder.run(['systemd'])
    assert.ok(stdout.includes(`\nReadWritePaths="-${folder.path}/logs"\n`))
    assert.ok(!stdout.includes('MINER_LOG_FILE_PATH') && !stderr.includes('install -d'))
  })

  it('follows a link to where the miner writes', async () => {
    symlinkSync('data/logs/miner.log', join(folder.path, 'miner.log'))
    const real = join(folder.path, 'data/logs')
    const { stdout, stderr } = await folder.run(['systemd', '--log-file', 'miner.log'])
    assert.ok(stdout.includes(`\nReadWritePaths="-${real}"\n`), stdout)
    assert.ok(stdout.includes(`\nEnvironment="MINER_LOG_FILE_PATH=${real}/miner.log"\n`))
    assert.ok(stderr.includes(makes(real)))
    // A container does not see the link, wherever the setting is from.
    folder.configure('[log-file]\npath = "../miner.log"\n')
    const docker = await folder.run(['docker'])
    assert.ok(docker.stderr.includes(` --env 'MINER_LOG_FILE_PATH=${real}/miner.log' `), docker.stderr)
    assert.ok(docker.stderr.includes(` --mount 'type=bind,src=${real},dst=${real}' `))
  })

  for (const kind of ['docker', 'compose'])
    it(`mounts its folder with ${kind}, once it is made`, async () => {
      const path = '/var/log/tested-miner'
      const { code, stdout, stderr } = await folder.run([kind, '--log-file', `${path}/miner.log`])
      assert.equal(code, 0, stderr)
      assert.ok(stderr.includes(makes(path)), stderr)
      assert.ok(stderr.indexOf(makes(path)) < stderr.lastIndexOf('\ndocker '), 'before Docker needs it')
      if (kind === 'docker') return assert.ok(stderr.includes(` --mount 'type=bind,src=${path},dst=${path}' `))
      const { volumes } = parse(stdout).services.miner
      const own = volumes.find(({ source }: { source: string }) => source === path)
      assert.deepEqual([own.target, own.read_only], [path, undefined])
    })

  it('refuses a folder that would take the place of what a container has', async () => {
    for (const kind of ['docker', 'compose']) {
      const { code, stderr } = await folder.run([kind, '--log-file', '/data/miner.log'])
      assert.equal(code, 2)
      assert.match(stderr, /the folder of the log file, \/data, would take the place of \/data in the container/)
    }
    assert.equal((await folder.run(['docker', '--log-file', '/data/logs/miner.log'])).code, 0)
  })

  it('refuses a folder that has more than logs, all of which the miner could write', async () => {
    for (const path of ['own', 'logs/named']) mkdirSync(join(folder.path, path), { recursive: true })
    writeFileSync(join(folder.path, 'own/key'), 'sk')
    folder.configure('')
    const program = join(wallets, '../../..')
    for (const [path, why] of [
      ['/var/log/miner.log', 'its folder, /var/log, which is not for its log alone'],
      [join(program, 'miner.log'), `its folder, ${program}, which is not for its log alone`],
      [join(wallets, 'plain/miner.log'), `which holds ${wallets}/plain/hotkeys/default`],
      ['config/miner.log', `which holds ${folder.config}/config.toml`],
      ['own/miner.log', `which holds ${folder.path}/own/key`],
      ['logs/named', 'it is not a regular file'],
      ['own/key/miner.log', 'ENOTDIR'],
    ] as const)
      for (const kind of ['systemd', 'docker', 'compose']) {
        const { code, stderr } = await folder.run([kind, '--log-file', path, '--api-key', 'file:own/key'])
        assert.equal(code, 2, path)
        assert.ok(stderr.includes(why), `${path}: ${stderr}`)
        assert.match(stderr, /\n {2}try: --log-file \/var\/log\/bittensor-miner\/miner\.log\n/)
      }
  })

  it('refuses a folder that has other files, such as one of the system, whoever runs the miner', async () => {
    const logs = join(folder.path, 'logs')
    mkdirSync(logs)
    for (const name of [
      'miner.log',
      'miner.log.1',
      'miner.log.lock',
      'miner.log-2026-11-29',
      'miner.log.2.gz',
      'lost+found',
    ])
      writeFileSync(join(logs, name), '')
    for (const kind of ['systemd', 'docker', 'compose']) {
      assert.equal((await folder.run([kind, '--log-file', 'logs/miner.log'])).code, 0, 'after a start')
      for (const path of ['/etc/miner.log', '/usr/lib/m.log', 'logs/miner']) {
        const { code, stderr } = await folder.run([kind, '--log-file', path])
        assert.equal(code, 2, path)
        const place = path.startsWith('/') ? dirname(path) : logs
        assert.match(stderr, new RegExp(`may write all of its folder, \\S*${place}, which\\s+holds ${place}/`))
      }
    }
  })

  for (const [kind, paths] of [
    ['systemd', ['out/miner.log']],
    ['docker', ['out/miner.log', 'miner.log', 'out/data/miner/miner.log']],
    ['compose', ['out/miner.log', 'out/secrets/miner.log', 'out/data/miner.log', 'out/grafana/miner.log']],
  ] as const)
    it(`refuses a folder to which ${kind} writes its own files, and writes none`, async () => {
      for (const path of paths) {
        const { code, stderr } = await folder.run([kind, '--log-file', path, '--write', 'out'])
        assert.equal(code, 2, path)
        assert.match(stderr, /the miner may write all of its folder, /)
        assert.ok(!existsSync(join(folder.path, 'out')))
      }
      const { code } = await folder.run([kind, '--log-file', 'out/logs/miner.log', '--write', 'out'])
      assert.equal(code, 0)
    })

  it('warns of a log file in the folder of the program', async () => {
    const inside = join(wallets, '../../..', 'missing-logs/miner.log')
    assert.match(
      (await folder.run(['systemd', '--log-file', inside])).stderr,
      /^# The log file is in the folder of the/m,
    )
    const outside = await folder.run(['systemd', '--log-file', '/srv/missing-logs/miner.log'])
    assert.ok(!outside.stderr.includes('folder of the program'))
  })

  it('leaves the folder of another user as it is', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give files to another user
    const wallet = join(folder.path, 'wallets/plain/hotkeys')
    mkdirSync(wallet, { recursive: true })
    copyFileSync(join(wallets, 'plain/hotkeys/default'), join(wallet, 'default'))
    chownSync(join(wallet, 'default'), 12_345, 23_456)
    const own = { BT_WALLET_PATH: join(folder.path, 'wallets') }
    const logs = join(folder.path, 'logs')
    mkdirSync(logs)
    const ask = () => folder.run(['systemd', '--log-file', 'logs/miner.log'], own)
    const refused = await ask()
    assert.equal(refused.code, 2)
    assert.ok(refused.stderr.includes(`the owner of the hotkey, user 12345, may not write its folder, ${logs}`))
    assert.match(refused.stderr, /, or give that folder to user 12345, if it has nothing but this log$/m)
    chownSync(logs, 12_345, 0)
    assert.equal((await ask()).code, 0)
  })
})
