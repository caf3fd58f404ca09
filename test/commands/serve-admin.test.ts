import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiveStatus, RequestList } from '#dist/admin/api.js'
import { runningAdmins } from '#dist/admin/running-ports.js'
import { scripted } from '../support/linked-miner.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { startModelServer } from '../support/model-server.ts'
import { pausing } from '../support/pausing-model.ts'
import { alice, charlie, send, signedRequest } from '../support/signed-request.ts'

const dev = ['serve', '--dev', '--axon-port', '0']
const serve = [...dev, '--use', 'echo']

describe('miner serve --admin-port', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-admin-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const start = (args: readonly string[] = [], env: Record<string, string> = {}) =>
    startMiner([...serve, '--admin-port', '0', ...args], { env: { MINER_DATA_DIR: folder, ...env } })
  const opened = (miner: MinerProcess) => miner.records.find(({ event }) => event === 'adminOpened')!
  const get = async (miner: MinerProcess, path: string, token: string) => {
    const reply = await fetch(`${opened(miner).url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(reply.status, 200, path)
    return await reply.text()
  }

  it('shows who asked and how that ended, as JSON and for Prometheus, and never what was said', async () => {
    await using miner = await start()
    const token = readFileSync(String(opened(miner).tokenFile), 'utf8').trim()
    const fields = { roles: ['user'], messages: ['a most private question'], completion: '' }
    for (let at = 0; at < 3; at++) await send(miner.url, signedRequest({ fields }))
    await send(miner.url, signedRequest({ by: charlie, fields }))
    await send(miner.url, signedRequest({ fields, text: 'forged' }))
    const status: LiveStatus = JSON.parse(await get(miner, '/api/status', token))
    const { signed, unproven, strangers } = status.requests
    assert.deepEqual(signed, { answered: 4, refused: 0, failed: 0, cancelled: 0 })
    assert.deepEqual([unproven, strangers], [1, 0])
    assert.deepEqual(
      status.validators.map(({ hotkey, answered }) => [hotkey, answered]).sort(),
      [
        [alice.address, 3],
        [charlie.address, 1],
      ].sort(),
    )
    assert.equal(status.miner.url, miner.url)
    assert.equal(status.chain, undefined)
    const list: RequestList = JSON.parse(await get(miner, '/api/requests', token))
    assert.deepEqual(
      list.requests.map(({ outcome, hotkey }) => [outcome, hotkey === charlie.address]),
      [
        ['answered', true],
        ['answered', false],
        ['answered', false],
        ['answered', false],
      ],
    )
    const metrics = await get(miner, '/metrics', token)
    assert.match(metrics, /^miner_requests_total\{outcome="answered",code="",synapse="Prompting"\} 4$/m)
    assert.match(metrics, /^miner_requests_total\{outcome="refused",code="NOT_VERIFIED",synapse="Prompting"\} 1$/m)
    const history = await get(miner, '/api/history', token)
    for (const text of [JSON.stringify(status), JSON.stringify(list), metrics, history])
      assert.doesNotMatch(text, /private question/)
    const { stderr } = await miner.stop()
    assert.ok(!stderr.includes(token))
  })

  it('leaves nothing of it on the public port, and nothing on the disk without it', async () => {
    await using miner = await startMiner(serve, { env: { MINER_DATA_DIR: folder } })
    for (const path of ['/metrics', '/readyz', '/startupz', '/api/status', '/'])
      assert.ok([404, 405].includes((await fetch(`${miner.url}${path}`)).status), path)
    assert.equal(existsSync(join(folder, 'admin')), false)
    assert.equal(opened(miner), undefined)
  })

  it('takes the token of admin.token, which no flag has', async () => {
    const secret = 'an operator chose this one'
    writeFileSync(join(folder, 'secret'), `${secret.replaceAll(' ', '-')}\n`, { mode: 0o600 })
    await using miner = await start([], { MINER_ADMIN_TOKEN: `file:${join(folder, 'secret')}` })
    await get(miner, '/api/status', secret.replaceAll(' ', '-'))
    assert.equal(opened(miner).tokenFile, undefined)
    assert.equal(existsSync(join(folder, 'admin', 'token')), false)
    const { code, stderr } = await runMiner([...serve, '--admin-port', '0', '--admin-token', 'x'.repeat(20)])
    assert.equal(code, 2)
    assert.match(stderr, /--admin-token/)
  })

  it('tells miner top and miner status where it is, until it ends', async () => {
    const miner = await start()
    const [found, ...more] = await runningAdmins(join(folder, 'admin'))
    assert.deepEqual(more, [])
    assert.deepEqual([found?.url, found?.pid, found?.hotkey], [opened(miner).url, miner.pid, miner.hotkey])
    await get(miner, '/api/status', found!.token)
    await miner.stop()
    assert.deepEqual(readdirSync(join(folder, 'admin', 'running')), [])
  })

  it('says that it drains, and goes on showing figures until the last request is answered', async () => {
    const { behaviour, goOn } = pausing()
    await using model = await startModelServer(behaviour)
    await using miner = await startMiner([...dev, '--admin-port', '0', '--base-url', model.url])
    const token = readFileSync(String(opened(miner).tokenFile), 'utf8').trim()
    const readiness = async () => {
      const reply = await fetch(`${opened(miner).url}/readyz`)
      return [reply.status, await reply.text()]
    }
    assert.deepEqual(await readiness(), [200, 'ready\n'])
    const asked = send(miner.url, signedRequest())
    await model.arrived(0)
    const draining = miner.next('draining')
    miner.send('SIGTERM')
    await draining
    assert.deepEqual(await readiness(), [503, 'draining\n'])
    const status: LiveStatus = JSON.parse(await get(miner, '/api/status', token))
    assert.equal(status.miner.isDraining, true)
    assert.equal(status.load.places.atWork, 1)
    assert.equal(status.endpoints?.[0]?.breaker, 'closed')
    goOn()
    assert.equal((await asked).status, 200)
    assert.equal((await miner.ended).code, 0)
  })

  it('shows no dollars for a model without a price, and never zero', async () => {
    await using model = await startModelServer()
    const figures = async (...args: readonly string[]) => {
      await using miner = await startMiner([...dev, '--admin-port', '0', '--base-url', model.url, ...args])
      const token = readFileSync(String(opened(miner).tokenFile), 'utf8').trim()
      assert.equal((await send(miner.url, signedRequest())).status, 200)
      const { money, validators }: LiveStatus = JSON.parse(await get(miner, '/api/status', token))
      const metrics = await get(miner, '/metrics', token)
      const [{ usd, unpriced } = {}] = validators
      return { money, of: [usd, unpriced], metrics: metrics.match(/^miner_cost_\w+.*$/gm) }
    }
    assert.deepEqual(await figures(), { money: undefined, of: [undefined, undefined], metrics: null })
    const file = join(folder, 'miner.toml')
    writeFileSync(file, '[prices]\nanother-model = { input = 1, output = 1 }\n')
    assert.deepEqual(await figures('--config', file), {
      money: { today: { unknown: 1 } },
      of: [undefined, 1],
      metrics: ['miner_cost_today_unknown 1'],
    })
  })

  it('goes on without the endpoints of a plugin that cannot report on them, and says so once', async () => {
    for (const health of ['throws', [{ endpoint: 1 }]]) {
      const env = scripted({ health })
      await using miner = await startMiner([...dev, '--admin-port', '0'], { env })
      const found = await runningAdmins(join(env.MINER_DATA_DIR!, 'admin'))
      const { token } = found.find(({ pid }) => pid === miner.pid)!
      assert.equal((await send(miner.url, signedRequest())).status, 502)
      for (let times = 0; times < 3; times++) {
        const status: LiveStatus = JSON.parse(await get(miner, '/api/status', token))
        assert.equal(status.endpoints, undefined)
        assert.equal(status.requests.failed, 1)
        assert.doesNotMatch(await get(miner, '/metrics', token), /^miner_endpoint_\w+\{/m)
      }
      assert.equal(miner.records.filter(({ event }) => event === 'observerFailed').length, 1)
    }
  })

  it('exits with 1 when its port is in use, and says which flags choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { code, stderr } = await runMiner([...serve, '--admin-port', `${port}`])
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`error: cannot open the admin port at 127\\.0\\.0\\.1:${port}: .*\\n {2}try: .*--admin-port`),
    )
  })

  it('exits with 2 for flags of an admin port that does not open, and for a host with a port', async () => {
    const idle = await runMiner([...serve, '--admin-host', '0.0.0.0'])
    assert.equal(idle.code, 2)
    assert.match(idle.stderr, /admin\.host has no effect without admin\.port/)
    const named = await runMiner([...serve, '--admin-port', '0', '--admin-allow-host', 'miner:9091'])
    assert.equal(named.code, 2)
    assert.match(named.stderr, /neither a host name nor an address/)
  })
})
