import assert from 'node:assert/strict'
import { MemoryStore } from '#dist/store/memory-store.js'
import type { NonceStore } from '#dist/store/nonce-store.js'
import { send, signedRequest } from '../support/signed-request.ts'
import { Clock, startAxon } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'

describe('/healthz', () => {
  realSockets()

  it('is 200 while the store of nonces fails, and says so without its address', async () => {
    const nonces: NonceStore = new MemoryStore({ now: Date.now, perCaller: 10, inAll: 10 })
    await using axon = await startAxon({ nonces })
    const failure = { code: 'TIMEOUT', message: 'redis://10.0.0.1', hint: '', since: Date.now() - 1_000 }
    Object.defineProperty(nonces, 'state', { value: { kind: 'redis', failure, pause: null } })
    const got = await fetch(`${axon.url}/healthz`)
    const { store, ...rest } = (await got.json()) as { store: { forMs: number } }
    assert.deepEqual([got.status, rest], [200, { status: 'serving' }])
    assert.deepEqual(store, { code: 'TIMEOUT', forMs: store.forMs })
    assert.ok(store.forMs >= 1_000)
  })

  it('is 200 while the store refuses all callers, and tells why and for how long', async () => {
    const clock = new Clock()
    const nonces = new MemoryStore({ now: clock.now, perCaller: 10, inAll: 10 })
    await using axon = await startAxon({ nonces, now: clock.now })
    const health = async () => {
      const { store } = (await (await fetch(`${axon.url}/healthz`)).json()) as { store?: unknown }
      return store
    }
    const ahead = clock.ms + 3_600_000
    // The second one drops the first.
    for (const ms of [ahead, ahead + 100_000]) {
      clock.ms = ms
      assert.equal((await send(axon.url, signedRequest({ nonce: clock.nonce() }))).status, 200)
    }
    assert.equal(await health(), undefined)
    clock.ms = ahead - 10_000
    assert.deepEqual(await health(), { code: 'CLOCK_SET_BACK', leftMs: 10_000 })
  })

  it('is 200 whatever is known of the chain, and says so', async () => {
    let chain: 'fresh' | 'stale' | 'unknown' = 'unknown'
    await using axon = await startAxon({ chainState: () => chain })
    for (chain of ['unknown', 'fresh', 'stale'] as const) {
      const got = await fetch(`${axon.url}/healthz`)
      assert.deepEqual([got.status, await got.json()], [200, { status: 'serving', chain }])
    }
    await axon.drain(1_000)
    const got = await fetch(`${axon.url}/healthz`)
    assert.deepEqual([got.status, await got.json()], [503, { status: 'draining', chain: 'stale' }])
  })
})
