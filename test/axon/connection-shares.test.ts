import assert from 'node:assert/strict'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import type { Keypair } from '#dist/keys/keypair.js'
import { held } from '../support/memory.ts'
import { alice, bytesOf, charlie, headOf, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

const LIMIT = 40

/** An axon that admits any hotkey that signs, as a subnet with hundreds of validators would. */
function open(limits: object = {}) {
  return startAxon({
    limits: { connections: LIMIT, ...limits },
    rules: [],
    standings: () => ({ uid: 1, stakeRao: 1_000n, hasPermit: true }),
    concurrency: LIMIT,
    queue: LIMIT,
  })
}

async function asked(port: number, by: Keypair, from?: string): Promise<RawConnection> {
  const connection = await RawConnection.open(port, { ...(from && { from }) })
  assert.equal((await connection.write(bytesOf(signedRequest({ by }))).reply())?.status, 200)
  return connection
}

/** Asks so many times on new connections, and returns the longest time that one took, in milliseconds. */
async function slowest(port: number, rounds = 10): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    using _good = await asked(port, charlie, '127.9.9.9')
    times.push(performance.now() - began)
    using health = await RawConnection.open(port, { from: '127.9.8.8' })
    assert.equal((await health.write('GET /healthz HTTP/1.1\r\n\r\n').reply())?.status, 200)
  }
  return Math.max(...times)
}

describe('a caller that fills the connections', () => {
  realSockets()

  before(function () {
    // Other systems have 127.0.0.1 only.
    if (process.platform !== 'linux') this.skip()
  })

  it('does not shut out others with slow heads of a hotkey that has asked', async () => {
    await using axon = await open({ headersMs: 600_000, requestMs: 600_000 })
    const before = held().heap
    const slow: RawConnection[] = []
    for (let at = 0; at < 2 * LIMIT; at++) {
      const connection = await asked(axon.port, alice)
      slow.push(connection.write(headOf(signedRequest()).subarray(0, 100)))
    }
    assert.ok((await slowest(axon.port)) < 10_000)
    const grown = held().heap - before
    assert.ok(grown < 20, `${grown} MB`)
    for (const { socket } of slow) socket.destroy()
  })

  it('does not shut out others with one hotkey from many networks', async () => {
    await using axon = await open()
    const greedy: RawConnection[] = []
    for (let at = 0; at < 2 * LIMIT; at++) greedy.push(await asked(axon.port, alice, `127.1.${at}.1`))
    assert.ok((await slowest(axon.port)) < 10_000)
    const [first] = axon.load().connections.top
    assert.deepEqual([first?.kind, first?.name], ['hotkey', alice.address])
    assert.ok(greedy.filter(({ socket }) => !socket.destroyed).length >= LIMIT / 2)
    for (const { socket } of greedy) socket.destroy()
  })

  it('does not shut out others with many hotkeys from one network', async () => {
    await using axon = await open()
    const keys = await Promise.all(Array.from({ length: 8 }, (_, at) => keypairFromUri(`//Many//${at}`)))
    const greedy: RawConnection[] = []
    for (let at = 0; at < 2 * LIMIT; at++) greedy.push(await asked(axon.port, keys[at % keys.length]!))
    using good = await asked(axon.port, charlie, '127.9.9.9')
    for (let at = 0; at < LIMIT; at++) greedy.push(await asked(axon.port, keys[at % keys.length]!))
    assert.ok((await slowest(axon.port)) < 10_000)
    assert.equal((await good.write(bytesOf(signedRequest({ by: charlie }))).reply())?.status, 200)
    for (const { socket } of greedy) socket.destroy()
  })

  it('does not shut out others with connections from many networks that prove nothing', async () => {
    await using axon = await open()
    using good = await asked(axon.port, charlie, '127.9.9.9')
    const silent: RawConnection[] = []
    for (let at = 0; at < 4 * LIMIT; at++)
      silent.push(await RawConnection.open(axon.port, { from: `127.2.${at % 200}.1` }))
    assert.ok((await slowest(axon.port)) < 10_000)
    assert.equal((await good.write(bytesOf(signedRequest({ by: charlie }))).reply())?.status, 200)
    for (const { socket } of silent) socket.destroy()
  })

  it('takes the bodies of one hotkey, whatever networks they come from, as its own', async () => {
    await using axon = await open({ bodyBytes: 1_000_000, bodyWindowMs: 600_000 })
    const body = JSON.stringify({ roles: ['user'], messages: ['hi'], completion: '', padding: ' '.repeat(200_000) })
    const stalling: RawConnection[] = []
    for (let at = 0; at < 20; at++) {
      const connection = await RawConnection.open(axon.port, { from: `127.3.${at}.1` })
      stalling.push(connection.write(bytesOf(signedRequest({ fields: body })).subarray(0, -1)))
    }
    using good = await RawConnection.open(axon.port, { from: '127.9.9.9' })
    assert.equal((await good.write(bytesOf(signedRequest({ by: charlie, fields: body }))).reply())?.status, 200)
    assert.ok(axon.load().bodies.bytes <= 1_000_000)
    assert.ok(axon.load().bodies.top.every(({ name }) => name === alice.address))
    for (const { socket } of stalling) socket.destroy()
  })
})
