import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** What an axon does with a question: it writes bytes as they go over the wire. */
export type Behaviour = (
  say: (bytes: string | Buffer) => Promise<void>,
  socket: Socket,
  request: IncomingMessage,
  body: string,
) => unknown

/** A server that reads requests as HTTP, and answers each with the bytes that `behaviour` says. */
export async function rawAxon(behaviour: Behaviour) {
  const sockets: Socket[] = []
  const server = createServer(async request => {
    const { socket } = request
    if (!sockets.includes(socket)) sockets.push(socket)
    const body = await text(request)
    const say = (bytes: string | Buffer) => new Promise<void>(resolve => socket.write(bytes, () => resolve()))
    await behaviour(say, socket, request, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    /** of all connections so far */
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}

/** The head of a stream. `more`: header lines, each with its end. */
export const streamHead = (more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n${more}\r\n`
export const SUCCESS = 'bt_header_axon_status_code: 200\r\nbt_header_axon_status_message: Success\r\n'
/** What ends a stream. */
export const END = '0\r\n\r\n'
/** A piece of a stream. */
export function chunk(piece: string | Buffer): Buffer {
  const bytes = Buffer.from(piece as string)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}
/** A whole reply. */
export const json = (status: number, body: string, more = '') =>
  `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`
