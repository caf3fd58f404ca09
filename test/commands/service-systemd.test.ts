import assert from 'node:assert/strict'
import { chmodSync, chownSync, cpSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { linkedMiner } from '../support/linked-miner.ts'
import { program, ServiceFolder, wallets } from '../support/service-folder.ts'

describe('miner service systemd', () => {
  let folder: ServiceFolder
  beforeEach(() => {
    folder = new ServiceFolder()
  })
  afterEach(() => folder[Symbol.dispose]())

  it('makes a unit of the configuration file, flags and variables, which has a path for each secret', async () => {
    const config = folder.configure(
      '[openai]\napiKey = "file:openai key.secret"\n\n[wallet]\npassword = "file:/run/pw"\n',
    )
    writeFileSync(join(folder.config, 'openai key.secret'), 'sk-in-the-file\n')
    const more = { MINER_OPENAI_MAX_TOKENS: '50', OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' }
    const flags = ['--netuid', '3', '--system-prompt', 'Be 100% "brief".', '--allow', '5a', '5b']
    const wrong = await folder.run(['systemd', ...flags], more)
    assert.match(wrong.stderr, /policy\.allow\[0\]/, 'it is checked as serve checks it')
    const { code, stdout, stderr } = await folder.run(['systemd', ...flags.slice(0, 4), '--no-require-permit'], more)
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
      `openai-apiKey:${join(folder.config, 'openai key.secret')}`,
      'wallet-password:/run/pw',
    ])
    assert.deepEqual(valuesOf('User'), [userInfo().username])
    assert.ok(!`${stdout}${stderr}`.includes('sk-in-the-file'))
    assert.match(stderr, /^sudo systemctl enable --now bittensor-miner\.service$/m)
  })

  it('gives a port below 1024 the capability that it takes', async () => {
    const { stdout } = await folder.run(['systemd', '--axon-port', '80'])
    assert.match(stdout, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m)
    assert.match((await folder.run(['systemd', '--admin-port', '81'])).stdout, /^AmbientCapabilities=CAP_NET_BIND/m)
    assert.match((await folder.run(['systemd'])).stdout, /^AmbientCapabilities=$/m)
  })

  it('keeps a reference to a credential or to a variable, and tells what it needs', async () => {
    folder.configure('[openai]\napiKey = "file:$CREDENTIALS_DIRECTORY/openai"\norganization = "o"\n')
    const { stdout, stderr } = await folder.run(['systemd', '--wallet-password', 'env:PASSWORD_OF_MINE'])
    assert.match(stdout, /^LoadCredential=openai:openai$/m)
    assert.match(stdout, /^PassEnvironment=PASSWORD_OF_MINE$/m)
    assert.match(stdout, /^Environment="MINER_WALLET_PASSWORD=env:PASSWORD_OF_MINE"$/m)
    assert.match(stderr, /install -D -m 600 SECRET-FILE \/etc\/credstore\/openai/)
    const { code, stderr: refused } = await folder.run(['docker'])
    assert.equal(code, 2)
    assert.match(refused, /refers to the credential openai of systemd, which a container does not have/)
  })

  it('leaves the variables of --env-file in that file', async () => {
    writeFileSync(join(folder.path, 'miner.env'), 'MY_KEY=sk-in-the-env-file\nMINER_NETUID=3\n', { mode: 0o600 })
    const { stdout, stderr } = await folder.run(['systemd', '--env-file', 'miner.env', '--api-key', 'env:MY_KEY'])
    assert.match(stdout, /^ExecStart=.* "serve" "--env-file=\/.*\/miner\.env"$/m)
    assert.ok(!/PassEnvironment|MINER_NETUID|sk-in-the-env-file/.test(stdout + stderr))
  })

  it('tells what a unit cannot hold', async () => {
    const { code, stderr } = await folder.run(['systemd', '--system-prompt', 'a\u001bb'])
    assert.equal(code, 2)
    assert.match(stderr, /a unit of systemd cannot hold "MINER_OPENAI_SYSTEM_PROMPT=a\\u001bb"/)
  })

  const whysOf = (stderr: string) => stderr.split('\n').filter(line => line.startsWith('# '))
  const cannotStart = (stderr: string) =>
    whysOf(stderr).filter(why => why.startsWith('# The unit cannot start as it is'))

  it('says first that it cannot start with files in /tmp, which the unit does not see', async () => {
    const config = folder.configure('[[openai.endpoints]]\nbaseUrl = "http://10.0.0.1/v1"\napiKey = "file:part"\n')
    const more = ['--wallet-password', 'file:/tmp/loaded-by-systemd', '--log-file', '/var/tmp/logs/miner.log']
    const { code, stderr } = await folder.run(['systemd', ...more], { NODE_EXTRA_CA_CERTS: 'ca.pem' })
    assert.equal(code, 0)
    const [why = ''] = whysOf(stderr)
    assert.deepEqual(cannotStart(stderr), [why], stderr)
    for (const path of [config, `${folder.path}/config/part`, `${folder.path}/ca.pem`, '/var/tmp/logs/miner.log'])
      assert.ok(why.includes(path), path)
    assert.ok(!why.includes('loaded-by-systemd'))
    const linked = await folder.run(['systemd'], linkedMiner('leaking'))
    assert.equal(
      cannotStart(linked.stderr).some(one => one.includes(program)),
      program.startsWith('/tmp/'),
    )
  })

  it('says that it cannot start where its user cannot read what it needs', async function () {
    if (process.getuid?.() !== 0) this.skip() // only root can give files to another user
    cpSync(join(wallets, 'plain'), join(folder.path, 'wallets/plain'), { recursive: true })
    chownSync(join(folder.path, 'wallets/plain/hotkeys/default'), 12_345, 23_456)
    const other = { BT_WALLET_PATH: join(folder.path, 'wallets') }
    const config = folder.configure('')
    const unreadable = async () => {
      const { stderr } = await folder.run(['systemd'], other)
      return whysOf(stderr).some(
        why => /by the modes of the files, user 12345, .*, cannot read .*/.test(why) && why.includes(config),
      )
    }
    assert.equal(await unreadable(), true, 'the file is of mode 0600, and in a folder of mode 0700')
    chownSync(config, 12_345, 0)
    assert.equal(await unreadable(), true, 'it is in a folder of mode 0700')
    chmodSync(folder.path, 0o711)
    assert.equal(await unreadable(), false)
  })

  it('takes certificates over, and tells that it leaves the folder of data', async () => {
    const { stdout, stderr } = await folder.run(['systemd'], { NODE_EXTRA_CA_CERTS: 'ca.pem', MINER_DATA_DIR: '/data' })
    assert.ok(stdout.includes(`\nEnvironment="NODE_EXTRA_CA_CERTS=${folder.path}/ca.pem"\n`))
    assert.match(
      stderr,
      /^# The miner will have its data, .* in \/var\/lib\/bittensor-miner, and not in that of MINER_DATA_DIR/m,
    )
    const same = await folder.run(['systemd'], { MINER_DATA_DIR: '/var/lib/bittensor-miner' })
    assert.ok(!same.stderr.includes('MINER_DATA_DIR:'))
    const docker = await folder.run(['docker'], { MINER_DATA_DIR: '/data' })
    assert.ok(docker.stderr.includes(` in ${folder.path}/data/miner, and not in that of MINER_DATA_DIR: `))
  })
})
