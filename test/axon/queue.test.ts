import assert from 'node:assert/strict'
import { once } from 'node:events'
import { bytesOf, send, signedRequest } from '../support/signed-request.ts'
import { Clock } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { saying, startQueue } from './start-queue.ts'
import { told } from './told.ts'

describe('queue', () => {
  realSockets()

  it('asks so many at once, and the others in the order they came', async () => {
    await using queue = await startQueue({ concurrency: 2, queue: 8 })
    const replies = []
    for (const message of ['a', 'b', 'c', 'd', 'e', 'f']) replies.push(await queue.wait(message))
    assert.equal(queue.miner.count, 2)
    const order = []
    for (let asked = 2; asked <= 6; asked++) {
      assert.equal(queue.miner.count, asked)
      const held = await queue.miner.next()
      order.push(held.said)
      held.answer(`to ${held.said}`)
      await replies[asked - 2]!.reply
    }
    assert.deepEqual(order, ['a', 'b', 'c', 'd', 'e'])
    const last = await queue.miner.next()
    last.answer('to f')
    assert.equal((await replies[5]!.reply).json.completion, 'to f')
  })

  it('refuses one more than may wait with 503 and when to come again; who waits is not disturbed', async () => {
    await using queue = await startQueue()
    const replies = [await queue.wait('a'), await queue.wait('b'), await queue.wait('c')]
    const got = await send(queue.axon.url, saying('d'))
    assert.equal(got.status, 503)
    assert.equal(got.json.message, 'Too many requests are waiting')
    assert.equal(got.headers['retry-after'], '1')
    for (const { reply } of replies) {
      const held = await queue.miner.next()
      held.answer('late but well')
      assert.equal((await reply).status, 200)
    }
    assert.equal(queue.miner.count, 3)
  })

  it('lets nobody wait when nobody may', async () => {
    await using queue = await startQueue({ queue: 0 })
    const { reply } = await queue.wait('a')
    assert.equal((await send(queue.axon.url, saying('b'))).status, 503)
    const held = await queue.miner.next()
    held.answer('a')
    await reply
    const second = await queue.wait('c')
    queue.miner.next().then(held => held.answer('c'))
    assert.equal((await second.reply).status, 200)
  })

  it('12.1-43: refuses with 408 one whose time passes while it waits, and never asks the miner', async () => {
    const clock = new Clock()
    // A request arrived so long before the axon, which was busy, came to it.
    let busyMs = 0
    const now = () => {
      const at = clock.ms - busyMs
      busyMs = 0
      return at
    }
    await using queue = await startQueue({ now })
    clock.ms += 1_000
    const first = await queue.wait('a', {}, { nonce: clock.nonce() })
    busyMs = 11_600
    const late = await queue.wait('b', {}, { nonce: clock.nonce(), timeout: '12.0' })
    const got = await late.reply
    assert.equal(got.status, 408)
    assert.equal(got.json.message, 'Response timeout after: 12.0s')
    const held = await queue.miner.next()
    held.answer('to a')
    assert.equal((await first.reply).status, 200)
    assert.equal(queue.miner.count, 1)
  })

  it('drops one whose caller has left while it waits, and its place in line is free', async () => {
    await using queue = await startQueue({ queue: 1 })
    await queue.wait('a')
    const leaving = new AbortController()
    const { reply } = await queue.wait('b', { signal: leaving.signal })
    const left = told(queue.axon, 'cancelled')
    leaving.abort()
    await assert.rejects(reply)
    await left
    const third = await queue.wait('c')
    const first = await queue.miner.next()
    first.answer('to a')
    const held = await queue.miner.next()
    assert.equal(held.said, 'c')
    held.answer('to c')
    assert.equal((await third.reply).status, 200)
  })

  it('answers a ping, and says how it is, however many wait', async () => {
    await using queue = await startQueue()
    for (const message of ['a', 'b', 'c']) await queue.wait(message)
    const ping = await send(queue.axon.url, signedRequest({ synapse: 'Synapse', fields: {} }))
    assert.equal(ping.status, 200)
    assert.equal((await fetch(`${queue.axon.url}/healthz`)).status, 200)
  })

  it('gives a place on before the reply is written, however slowly it is read', async () => {
    await using queue = await startQueue({ queue: 0 })
    using connection = await RawConnection.open(queue.axon.port)
    connection.socket.pause()
    connection.write(bytesOf(saying('a')))
    const held = await queue.miner.next()
    held.answer('\u20ac'.repeat(4 * 1024 * 1024))
    await new Promise(setImmediate)
    const { reply } = await queue.wait('b')
    const second = await queue.miner.next()
    second.answer('to b')
    assert.equal((await reply).status, 200)
    assert.equal(connection.rest, '')
  })

  it('gives a place on when the miner fails', async () => {
    await using queue = await startQueue({ queue: 1 })
    const first = await queue.wait('a')
    const second = await queue.wait('b')
    ;(await queue.miner.next()).fail(new Error('broken'))
    assert.equal((await first.reply).status, 500)
    ;(await queue.miner.next()).answer('to b')
    assert.equal((await second.reply).status, 200)
  })
})

describe('queue: callers who leave and time that runs out', () => {
  realSockets()

  it('12.1-52: tells the miner when the caller leaves, and gives its place on', async () => {
    await using queue = await startQueue()
    const leaving = new AbortController()
    const { reply } = await queue.wait('a', { signal: leaving.signal })
    const { asked } = await queue.miner.next()
    const second = await queue.wait('b')
    assert.equal(asked.signal.aborted, false)
    leaving.abort()
    await assert.rejects(reply)
    if (!asked.signal.aborted)
      await once(asked.signal, 'abort')
      // The miner is still stuck in its await.
    ;(await queue.miner.next()).answer('to b')
    assert.equal((await second.reply).status, 200)
  })

  it('says 504 at the deadline, tells the miner, and goes on, although the miner takes no notice', async () => {
    await using queue = await startQueue()
    const sentAt = Date.now()
    const first = await queue.wait('a', {}, { timeout: '1.0' })
    const { asked } = await queue.miner.next()
    const second = await queue.wait('b')
    const got = await first.reply
    assert.equal(got.status, 504)
    assert.equal(got.json.message, 'No answer within 1.0s')
    assert.equal(asked.signal.aborted, true)
    assert.ok(asked.deadline >= sentAt + 100 && asked.deadline <= Date.now())
    ;(await queue.miner.next()).answer('to b')
    assert.equal((await second.reply).status, 200)
  })

  it('takes no harm from a miner that fails, or answers, after it was given up', async () => {
    await using queue = await startQueue({ concurrency: 2 })
    const replies = [await queue.wait('a', {}, { timeout: '2.0' }), await queue.wait('b', {}, { timeout: '2.0' })]
    const held = [await queue.miner.next(), await queue.miner.next()]
    for (const { reply } of replies) assert.equal((await reply).status, 504)
    held[0]!.fail(new Error('too late to matter'))
    held[1]!.answer('too late to matter')
    await new Promise(setImmediate)
    const third = await queue.wait('c')
    ;(await queue.miner.next()).answer('to c')
    assert.equal((await third.reply).json.completion, 'to c')
  })
})
