import assert from 'node:assert/strict'
import type { Keypair } from '#dist/keys/keypair.js'
import { held } from '../support/memory.ts'
import { alice, bytesOf, charlie, headOf, send, signedRequest } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'
import { assertAlive, assertRefused } from './assert-refused.ts'
import { dialectOf } from './dialect-of.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'

const MiB = 1024 * 1024
const question = (text: string) => ({ roles: ['user'], messages: [text], completion: '' })
/** What fills a body to a size, without a field that is hashed. */
const filled = (size: number) => ({ ...question('hi'), padding: ' '.repeat(size - 100) })

/** Sends a request but for the last byte of its body. */
async function stall(port: number, by: Keypair, size: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port)
  return connection.write(bytesOf(signedRequest({ by, fields: filled(size) })).subarray(0, -1))
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}

describe('the budget for bodies', () => {
  realSockets()

  it('bounds the memory of bodies that stall before their end, and a good caller is answered meanwhile', async () => {
    const limits = { bodyBytes: 4 * MiB, bodyWindowMs: 60_000 }
    await using axon = await startAxon({ limits })
    await assertAlive(axon)
    const bytes = bytesOf(signedRequest({ fields: filled(MiB) })).length
    assert.ok(bytes > 0.99 * MiB)
    const before = held().heap
    const stalling: RawConnection[] = []
    for (let at = 0; at < 60; at++) {
      stalling.push(await stall(axon.port, alice, MiB))
      if (at % 10 === 0)
        assert.equal((await send(axon.url, signedRequest({ by: charlie, fields: filled(100_000) }))).status, 200)
    }
    await until(() => axon.load().bodies.bytes > 3 * MiB)
    const { bodies } = axon.load()
    assert.ok(bodies.bytes <= bodies.of)
    assert.deepEqual(
      bodies.top.map(({ kind, name }) => [kind, name]),
      [['hotkey', alice.address]],
    )
    // The first of them has made room for the others.
    assertRefused(await stalling[0]!.reply(), 503, 'Too many bytes of requests are arriving')
    const grown = held().heap - before
    assert.ok(grown < 20, `${grown} MB`)
    for (const { socket } of stalling) socket.destroy()
    await until(() => axon.load().bodies.bytes === 0)
  })

  it('makes room from the hotkey that has most, where nothing came for the longest time', async () => {
    await using axon = await startAxon({ limits: { bodyBytes: 3 * MiB, bodyWindowMs: 60_000 } })
    using first = await stall(axon.port, alice, MiB)
    await until(() => axon.load().bodies.bytes > 0.9 * MiB)
    using second = await stall(axon.port, alice, MiB)
    await until(() => axon.load().bodies.bytes > 1.9 * MiB)
    using other = await stall(axon.port, charlie, MiB)
    await until(() => axon.load().bodies.bytes > 2.9 * MiB)
    // A byte that is not the last: the body is one byte short of its length.
    using newcomer = await stall(axon.port, charlie, 500_000)
    assertRefused(await first.reply(), 503, 'Too many bytes of requests are arriving')
    for (const connection of [second, other, newcomer]) assert.equal((await connection.write('}').reply())?.status, 200)
  })

  it('takes what a caller has sent of a body without a length, and not more', async () => {
    await using axon = await startAxon({ limits: { bodyWindowMs: 60_000 } })
    using connection = await RawConnection.open(axon.port)
    const chunked = { 'content-length': null, 'transfer-encoding': 'chunked' }
    connection.write(headOf(signedRequest(), chunked)).write('1\r\n{\r\n')
    await until(() => axon.load().bodies.bytes > 0)
    assert.equal(axon.load().bodies.bytes, 16 * 1024)
  })

  it('takes nothing for a head that is refused, whatever length it declares', async () => {
    await using axon = await startAxon()
    using connection = await RawConnection.open(axon.port)
    connection
      .write(headOf(signedRequest({ text: 'forged' }), { 'content-length': '1000000' }))
      .write('x'.repeat(1_000))
    assertRefused(await connection.reply(), 401, /Signature mismatch/)
    assert.equal(axon.load().bodies.bytes, 0)
  })

  it('counts callers without a proof together, so that they do not take the place of a hotkey', async () => {
    const dialect = dialectOf({ auth: 'none' })
    await using axon = await startAxon({ dialect, limits: { bodyBytes: 100_000, bodyWindowMs: 60_000 } })
    const head = 'POST /Ask HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n'
    using first = await RawConnection.open(axon.port)
    first.write(head).write('{')
    await until(() => axon.load().bodies.bytes > 0)
    using second = await RawConnection.open(axon.port)
    second.write(head).write('{')
    assertRefused(await first.reply(), 503, 'Too many bytes of requests are arriving')
    assert.deepEqual(axon.load().bodies.top, [{ kind: 'network', name: '127.0.0.0/24', amount: 60_000 }])
  })
})

describe('what was read of a body', () => {
  realSockets()

  /** 20,000 objects in 60 KB of text, which take some 8 MB. */
  const objects = { ...question('hi'), padding: new Array(20_000).fill({}) }
  const many = (by: Keypair) => signedRequest({ by, fields: objects, timeout: '60.0' })

  it('takes its memory of the budget until it is answered, and the hotkey that has most makes room', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner, concurrency: 2, queue: 64, limits: { bodyBytes: 32 * MiB } })
    const before = held().heap
    const greedy = Array.from({ length: 20 }, () => send(axon.url, many(alice)))
    const codes = Promise.all(greedy.map(async reply => (await reply).status))
    const working = [await miner.next(), await miner.next()]
    const early = await Promise.race(greedy)
    assertRefused(early, 503, 'Too many bytes of requests are arriving')
    const good = send(axon.url, signedRequest({ by: charlie, fields: question('hi'), timeout: '60.0' }))
    await until(() => axon.load().places.top.some(({ name }) => name === charlie.address))
    const { bodies, places } = axon.load()
    assert.ok(bodies.bytes > 16 * MiB && bodies.bytes <= bodies.of, `${bodies.bytes} bytes`)
    assert.ok(places.waiting <= 3, `${places.waiting} wait`)
    const grown = held().heap - before
    assert.ok(grown < 64, `${grown} MB`)
    for (const { answer } of working) answer('fine')
    const answerAll = async () => {
      for (;;) (await miner.next()).answer('fine')
    }
    answerAll() // until the axon asks no more
    assert.equal((await good).status, 200)
    const got = await codes
    assert.ok(got.filter(status => status === 200).length >= 2, 'what is at work is finished')
    assert.ok(got.every(status => status === 200 || status === 503))
    assert.equal(axon.load().bodies.bytes, 0)
  })
})

describe('a body that comes too slowly', () => {
  realSockets()

  const limits = { bodyBytesPerSecond: 1_000, bodyWindowMs: 200 }

  it('is refused with 408 when it stalls one byte before its end', async () => {
    await using axon = await startAxon({ limits })
    using connection = await stall(axon.port, alice, 10_000)
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
    assert.equal(axon.load().bodies.bytes, 0)
    await assertAlive(axon)
  })

  it('is refused with 408 when it trickles', async () => {
    await using axon = await startAxon({ limits })
    using connection = await RawConnection.open(axon.port)
    connection.write(headOf(signedRequest(), { 'content-length': '10000' }))
    const trickle = setInterval(() => connection.write(' '), 20)
    assertRefused(await connection.reply(), 408, 'The request did not arrive in time')
    clearInterval(trickle)
  })
})
