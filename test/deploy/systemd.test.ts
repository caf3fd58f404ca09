import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { send, signedRequest } from '../support/signed-request.ts'
import { freePort } from '../survival/start-redis.ts'
import { type Configured, configureMiner } from './make-files.ts'
import { parseUnit } from './parse-unit.ts'
import { hasNamespaces, startSystemd } from './start-systemd.ts'

const name = `tested-miner-${process.pid}`

describe('miner service systemd', () => {
  let miner: Configured
  before(async () => {
    miner = configureMiner(await freePort())
  })
  after(() => {
    miner[Symbol.dispose]()
    for (const folder of ['/var/lib', '/var/cache', '/var/log', '/home'])
      rmSync(join(folder, name), { recursive: true, force: true })
  })
  const made = async (...words: readonly string[]) =>
    (await miner.service('systemd', '--service-name', name, ...words)).stdout

  it('makes a unit with which systemd finds nothing wrong, and reads what was meant', async () => {
    const { command, environment } = parseUnit(miner.folder, await made())
    const doubled = (text: string) => text.replaceAll('$', '$$$$') // which systemd undoes when it starts the program
    assert.deepEqual(command.slice(-2), ['serve', doubled(`--config=${miner.own}/config.toml`)])
    assert.deepEqual(environment.filter(one => !/^MINER_(DATA|CACHE)_DIR=/.test(one)).toSorted(), [
      `MINER_AXON_HOST=127.0.0.1`,
      `MINER_AXON_PORT=${miner.port}`,
      `MINER_ECHO_PREFIX=50% $HOME "a" \\ 'b' `,
      'MINER_SUBTENSOR_NETWORK=none',
      `MINER_WALLET_NAME=plain`,
      'MINER_WALLET_PASSWORD=file:$CREDENTIALS_DIRECTORY/wallet-password',
      `MINER_WALLET_PATH=${miner.own}/wallets`,
    ])
  })

  it('exposes little: systemd-analyze security stays below 3.0', async () => {
    const file = join(miner.folder, 'exposed.service')
    const text = await made()
    for (const unit of [text, text.replaceAll('Capabilities=', 'Capabilities=CAP_NET_BIND_SERVICE')]) {
      writeFileSync(file, unit)
      const words = ['security', '--offline=true', '--threshold=30', file]
      const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
      assert.equal(status, 0, stdout)
    }
  })

  it('runs under the real systemd: ready by its word, reloads, answers, and stops in order', async function () {
    if (!hasNamespaces()) this.skip()
    const log = join(miner.folder, 'log')
    await using systemd = await startSystemd(miner.folder, {
      unit: `${name}.service`,
      text: await made(),
      // The files of the test are in /tmp.
      overrides: `[Service]\nPrivateTmp=no\nStandardError=append:${log}\nEnvironment=MINER_AXON_STORE=memory\n`,
    })
    const active = await systemd.state('active')
    assert.partialDeepStrictEqual(active, { SubState: 'running', Type: 'notify', NRestarts: '0' })
    const got = await send(`http://127.0.0.1:${miner.port}`, signedRequest())
    assert.equal(got.json.completion, `50% $HOME "a" \\ 'b' hi`)
    assert.ok(existsSync(join('/var/cache', name, 'compiled')))

    const eventsOf = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .flatMap(line => (line.endsWith('}') ? [JSON.parse(line).event] : []))
    systemd.systemctl('reload', `${name}.service`)
    while (!eventsOf().includes('reloaded')) await setTimeout(50)
    systemd.systemctl('stop', `${name}.service`)
    assert.partialDeepStrictEqual(await systemd.state('inactive'), { Result: 'success', ExecMainStatus: '0' })
    const events = eventsOf()
    for (const event of ['serving', 'answered', 'draining', 'stopped']) assert.ok(events.includes(event), event)
    assert.ok(!events.includes('notifyFailed'), readFileSync(log, 'utf8'))
  })

  it('lets it write its log file in the folder of the logs of the system, and in a home, and data on another disk', async function () {
    if (!hasNamespaces()) this.skip()
    const home = join('/home', name)
    for (const [path, step] of [
      [join('/var/log', name, 'miner.log'), 0],
      [join(home, 'logs/miner.log'), 1],
    ] as const) {
      const flags = ['--service-name', name, '--request-log', 'metadata', '--log-file', path]
      const { stdout: text, stderr } = await miner.service('systemd', ...flags)
      const steps = [...stderr.matchAll(/^sudo (install -d .*)$/gm)].map(([, command]) => command!)
      assert.equal(steps.length, step, stderr)
      for (const command of steps) execFileSync('sh', ['-euc', command])
      const data = join(home, `data-${step}`)
      mkdirSync(data, { recursive: true })
      // The last two as docs/deploy.md has them.
      const overrides = `[Service]\nPrivateTmp=no\nEnvironment=MINER_AXON_STORE=memory\nEnvironment=MINER_DATA_DIR=${data}\nReadWritePaths=${data}\n`
      {
        await using systemd = await startSystemd(join(miner.folder, String(step)), {
          unit: `${name}.service`,
          text,
          overrides,
        })
        await systemd.state('active')
        systemd.systemctl('stop', `${name}.service`)
        assert.partialDeepStrictEqual(await systemd.state('inactive'), { Result: 'success' })
      }
      assert.match(readFileSync(path, 'utf8'), /"event":"stopped"/)
      assert.ok(existsSync(join(data, 'requests')))
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
    }
  })

  it('is not started again after a mistake in the configuration', async function () {
    if (!hasNamespaces()) this.skip()
    await using systemd = await startSystemd(join(miner.folder, 'wrong'), {
      unit: `${name}.service`,
      text: await made(),
      overrides: '[Service]\nPrivateTmp=no\nRestartSec=1ms\nEnvironment=MINER_LOG_LEVEL=loud\n',
    })
    assert.partialDeepStrictEqual(await systemd.state('failed'), {
      Result: 'exit-code',
      ExecMainStatus: '2',
      NRestarts: '0',
    })
  })
})
