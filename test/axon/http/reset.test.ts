import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { reset } from '#dist/axon/http/reset.js'
import { realSockets } from '../real-sockets.ts'

/** Both ends of a connection. */
async function connected() {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ours = once(server, 'connection') as Promise<[Socket]>
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = await ours
  server.close()
  return { socket, theirs }
}

describe('reset', () => {
  realSockets()

  it('is no end to the other side', async () => {
    const { socket, theirs } = await connected()
    const error = once(theirs, 'error')
    reset(socket)
    assert.match(String(await error), /ECONNRESET/)
  })

  it('closes a connection also while it is being shut down', async () => {
    const { socket, theirs } = await connected()
    theirs.resume()
    const closed = once(socket, 'close')
    socket.end()
    reset(socket)
    await closed
    theirs.destroy()
  })
})
