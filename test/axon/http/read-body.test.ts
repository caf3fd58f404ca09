import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { readBody } from '#dist/axon/http/read-body.js'
import { held } from '../../support/memory.ts'

const { signal } = new AbortController()

describe('readBody', () => {
  it('holds little more than the bytes, however short the pieces are in which they come', async () => {
    const count = 200_000
    const request = new IncomingMessage(new Socket())
    const before = held().heap
    const body = readBody(request, count, signal)
    for (let at = 0; at < count; at++) request.emit('data', Buffer.from(String(at % 10)))
    const grown = held().heap - before
    assert.ok(grown < 2, `${grown} MB`)
    request.push(null)
    request.resume()
    assert.equal(String(await body), '0123456789'.repeat(count / 10))
  })

  it('ends with the byte that is too much', async () => {
    const request = new IncomingMessage(new Socket())
    const body = readBody(request, 3, signal)
    for (const piece of ['ab', 'c', 'd', 'e']) request.push(piece)
    await assert.rejects(body, { code: 'BODY_TOO_LARGE', message: 'The body is larger than 3 bytes' })
    await turn()
    assert.equal(request.listenerCount('data'), 0)
  })

  it('is empty where nothing comes', async () => {
    const request = new IncomingMessage(new Socket())
    request.push(null)
    assert.equal((await readBody(request, 3, signal)).length, 0)
  })
})
