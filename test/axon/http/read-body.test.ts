import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { BodyReader } from '#dist/axon/http/read-body.js'
import { BodyBudget } from '#dist/axon/state/body-budget.js'
import { networkOf } from '#dist/axon/state/shares.js'
import { held } from '../../support/memory.ts'

function read(request: IncomingMessage, limit: number, { of = 1e9, length = '' } = {}) {
  if (length !== '') request.headers['content-length'] = length
  const budget = new BodyBudget(of)
  const bodies = new BodyReader(budget, { bytesPerSecond: 1, windowMs: 600_000 })
  return {
    budget,
    body: bodies.read(request, { limit, holder: networkOf('192.0.2.7'), cancellation: new AbortController() }),
  }
}

/** A request all of whose body has come. */
function complete(...pieces: readonly Buffer[]): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  for (const piece of pieces) request.push(piece)
  request.push(null)
  request.complete = true
  return request
}

describe('a body', () => {
  it('takes little more than its bytes, however short the pieces are in which it comes', async () => {
    const count = 200_000
    const request = new IncomingMessage(new Socket())
    const before = held().heap
    const { body, budget } = read(request, count)
    for (let at = 0; at < count; at++) request.emit('data', Buffer.from(String(at % 10)))
    const grown = held().heap - before
    assert.ok(grown < 2, `${grown} MB`)
    assert.equal(budget.load().bytes, 13 * 16 * 1024)
    request.push(null)
    request.resume()
    const whole = await body
    using _part = whole.part
    assert.equal(String(whole.bytes), '0123456789'.repeat(count / 10))
  })

  it('takes the length that its head declares when the first of it comes, and no more for any number of pieces', async () => {
    const count = 100_000
    const request = new IncomingMessage(new Socket())
    const { body, budget } = read(request, count, { length: String(count) })
    assert.equal(budget.load().bytes, 0)
    for (let at = 0; at < count; at += 10) {
      request.emit('data', Buffer.from('0123456789'))
      assert.equal(budget.load().bytes, count)
    }
    request.push(null)
    request.resume()
    const whole = await body
    assert.equal(String(whole.bytes), '0123456789'.repeat(count / 10))
    assert.equal(budget.load().bytes, count)
    whole.part[Symbol.dispose]()
    assert.equal(budget.load().bytes, 0)
  })

  it('ends with the byte that is too much', async () => {
    const request = new IncomingMessage(new Socket())
    const { body, budget } = read(request, 3)
    for (const piece of ['ab', 'c', 'd', 'e']) request.push(piece)
    await assert.rejects(body, { code: 'BODY_TOO_LARGE', message: 'The body is larger than 3 bytes' })
    await turn()
    assert.equal(request.listenerCount('data'), 0)
    assert.equal(budget.load().bytes, 0)
  })

  it('is taken as it is when all of it has come', async () => {
    const came = Buffer.from(new Uint8Array([1, 2, 3]).buffer)
    const { body, budget } = read(complete(came), 3, { length: '3' })
    const { bytes, part } = await body
    assert.equal(bytes.buffer, came.buffer)
    assert.deepEqual([...bytes], [1, 2, 3])
    assert.equal(budget.load().bytes, 3)
    part[Symbol.dispose]()
    assert.equal(budget.load().bytes, 0)
  })

  it('that has come keeps no larger buffer in memory', async () => {
    const { bytes } = await read(complete(Buffer.alloc(1000, 'a').subarray(1, 4)), 3, { length: '3' }).body
    assert.equal(String(bytes), 'aaa')
    assert.equal(bytes.buffer.byteLength, 3)
  })

  it('that has come is held to its limit and to the budget', async () => {
    const pieces = ['ab', 'c', 'd'].map(text => Buffer.from(text))
    assert.equal(String((await read(complete(...pieces), 4).body).bytes), 'abcd')
    const long = read(complete(...pieces), 3)
    await assert.rejects(long.body, { code: 'BODY_TOO_LARGE' })
    assert.equal(long.budget.load().bytes, 0)
  })

  it('that has come is not taken for a caller that has gone', async () => {
    const budget = new BodyBudget(1e9)
    const bodies = new BodyReader(budget, { bytesPerSecond: 1, windowMs: 600_000 })
    const cancellation = new AbortController()
    cancellation.abort(new Error('gone'))
    const reading = { limit: 3, holder: networkOf('192.0.2.7'), cancellation }
    await assert.rejects(bodies.read(complete(Buffer.from('abc')), reading), { message: 'gone' })
    assert.equal(budget.load().bytes, 0)
  })

  it('is empty where nothing comes', async () => {
    for (const length of ['', '0']) {
      const request = new IncomingMessage(new Socket())
      request.push(null)
      assert.equal((await read(request, 3, { length }).body).bytes.length, 0)
    }
  })
})
