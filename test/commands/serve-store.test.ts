import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { legacyRequest } from '../support/legacy-request.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const serve = [
  ...['serve', '--use', 'echo', '--network', 'none', '--allow', alice.address, '--store', 'disk'],
  ...['--axon-host', '127.0.0.1', '--axon-port', '0', '--wallet-path', wallets, '--wallet-name', 'plain'],
]

describe('miner serve with its store on disk', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'miner-serve-store-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))
  const start = () => startMiner(serve, { env: { MINER_DATA_DIR: data } })

  it('tells callers at its first start that it cannot know them yet, and serves at once after a restart', async () => {
    {
      await using miner = await start()
      const known = miner.records.find(({ event }) => event === 'noncesUnknown')
      assert.equal(known?.level, 'info')
      // A slow machine may need more than the 4 s from the opening of the store to this request.
      const { status, headers } = await send(miner.url, signedRequest())
      if (Date.now() < Number(known.untilMs))
        assert.deepEqual([status, Number(headers['retry-after']) <= 4], [503, true])
    }
    await new Promise(resolve => setTimeout(resolve, 4_000))
    const sent = signedRequest()
    {
      await using miner = await start()
      const late = signedRequest()
      assert.equal((await send(miner.url, late)).status, 200)
      assert.equal((await send(miner.url, sent)).status, 401)
      assert.equal((await miner.stop()).code, 0)
      await using next = await start()
      assert.equal((await send(next.url, late)).status, 401)
      assert.ok(!next.records.some(({ event }) => event === 'noncesUnknown'))
    }
  })

  it('knows legacy nonces after kill -9, and after a run without their flag', async () => {
    const flag = ['--legacy-nonces']
    const run = async (flags: readonly string[], asks: (ask: (nonce: bigint) => Promise<number>) => Promise<void>) => {
      await using miner = await startMiner([...serve, ...flags], { env: { MINER_DATA_DIR: data } })
      const known = miner.records.find(({ event }) => event === 'noncesUnknown')
      const leftMs = Number(known?.untilMs ?? 0) - Date.now()
      await new Promise(resolve => setTimeout(resolve, Math.max(0, leftMs + 2)))
      await asks(async nonce => (await send(miner.url, legacyRequest({ nonce }))).status)
      miner.send('SIGKILL')
      await miner.ended
    }
    await run(flag, async ask => assert.deepEqual([await ask(5n), await ask(7n), await ask(7n)], [200, 200, 401]))
    await run([], async ask => assert.deepEqual([await ask(7n), await ask(8n)], [401, 401]))
    await run(flag, async ask => {
      assert.deepEqual([await ask(5n), await ask(6n), await ask(7n)], [401, 401, 401])
      assert.equal(await ask(8n), 200)
    })
  })

  it('refuses to start beside another process of its hotkey, and exits with 1', async () => {
    await using miner = await start()
    const { code, stderr } = await runMiner(serve, { env: { MINER_DATA_DIR: data } })
    assert.equal(code, 1)
    assert.match(stderr, /error: another process serves this hotkey: miner serve, process \d+ on /)
    assert.match(stderr, new RegExp(`try: stop it first; .*nonces-1-${bob.address}\\.lock`))
    assert.equal((await fetch(`${miner.url}/healthz`)).status, 200)
  })

  it('warns of legacy nonces in a store that forgets', async () => {
    const args = ['serve', '--dev', '--use', 'echo', '--axon-port', '0']
    const warned = async (...more: string[]) => {
      await using miner = await startMiner([...args, ...more])
      return miner.records.filter(({ event }) => event === 'legacyNoncesForgotten').map(({ level }) => level)
    }
    assert.deepEqual(await warned('--legacy-nonces'), ['warn'])
    assert.deepEqual(await warned(), [])
  })

  it('serves under --dev without it', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'], {
      env: { MINER_DATA_DIR: data, MINER_AXON_STORE: 'disk' },
    })
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    const { code, stderr } = await runMiner(['serve', '--dev', '--store', 'disk'])
    assert.deepEqual([code, stderr.includes('--dev and --store do not go together')], [2, true])
  })
})
