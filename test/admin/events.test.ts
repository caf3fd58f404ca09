import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { realSockets } from '../axon/real-sockets.ts'
import { ask, send, startAdmin, type TestedAdmin } from './start-admin.ts'

const path = '/api/events'

/** Opens a stream, and returns it once its first event has come. */
async function open(admin: TestedAdmin): Promise<Socket & { received: string }> {
  const socket = Object.assign(send(admin, { path }), { received: '' })
  socket.on('error', () => {})
  socket.on('data', chunk => {
    socket.received += chunk
  })
  await until(socket, /event: status/)
  return socket
}

async function until(socket: Socket & { received: string }, what: RegExp): Promise<void> {
  while (!what.test(socket.received)) await once(socket, 'data')
}

describe('the events of the admin port', () => {
  realSockets()

  it('are a status at once, then one a second with the point that ended, and each request', async () => {
    await using admin = await startAdmin()
    const stream = await open(admin)
    assert.match(stream.received, /^HTTP\/1\.1 200 OK\r\n/)
    assert.match(stream.received, /content-type: text\/event-stream/i)
    admin.figures.request('r1')
    admin.figures.second()
    await until(stream, /event: point\ndata: \{"at":2\}\n\n/)
    const events = [...stream.received.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name, data]) => [
      name,
      JSON.parse(data!),
    ])
    assert.deepEqual(events, [
      ['status', { at: 1, padding: '' }],
      ['request', { id: 'r1' }],
      ['status', { at: 1, padding: '' }],
      ['point', { at: 2 }],
    ])
    stream.destroy()
  })

  it('are at most 20 requests a second, and the rest is counted', async () => {
    await using admin = await startAdmin()
    const stream = await open(admin)
    for (let at = 0; at < 25; at++) admin.figures.request(`r${at}`)
    admin.figures.second()
    admin.figures.request('next')
    await until(stream, /"next"/)
    assert.equal([...stream.received.matchAll(/event: request/g)].length, 21)
    assert.equal(admin.figures.dropped, 5)
    stream.destroy()
  })

  it('keep the connection alive when nothing happens', async () => {
    await using admin = await startAdmin()
    const stream = await open(admin)
    for (let second = 0; second < 15; second++) admin.figures.second()
    await until(stream, /\n: alive\n\n/)
    stream.destroy()
  })

  it('go to 16 readers; another one gets 503 until one leaves', async () => {
    await using admin = await startAdmin()
    const streams = await Promise.all(Array.from({ length: 16 }, () => open(admin)))
    const { status, headers } = await ask(admin, { path })
    assert.deepEqual([status, headers['retry-after']], [503, '5'])
    assert.equal((await ask(admin)).status, 200)
    streams.pop()!.destroy()
    while ((await ask(admin, { path, method: 'HEAD' })).status === 503) await setTimeout(5)
    streams.push(await open(admin))
    for (const stream of streams) stream.destroy()
  })

  it('drop a reader that does not read, and not the others', async () => {
    await using admin = await startAdmin()
    const [slow, good] = [await open(admin), await open(admin)]
    slow.pause()
    admin.figures.size = 256 * 1024
    for (let seconds = 0; admin.figures.dropped === 0; seconds++) {
      assert.ok(seconds < 1_000, 'it keeps whatever the reader leaves')
      admin.figures.second()
      good.received = ''
      await until(good, /event: point\n/)
    }
    assert.equal(admin.figures.dropped, 1)
    assert.equal(good.destroyed, false)
    slow.resume()
    await once(slow, 'close')
    good.destroy()
  })

  it('are listened to only while there is a reader', async () => {
    await using admin = await startAdmin()
    assert.equal(admin.figures.listeners.size, 0)
    const stream = await open(admin)
    assert.equal(admin.figures.listeners.size, 1)
    stream.destroy()
    while (admin.figures.listeners.size > 0) await setTimeout(5)
  })

  it('end when the port closes', async () => {
    const admin = await startAdmin()
    const stream = await open(admin)
    await Promise.all([once(stream, 'close'), admin[Symbol.asyncDispose]()])
    assert.equal(admin.figures.listeners.size, 0)
  })
})
