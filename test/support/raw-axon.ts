import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** Handles a request by writing raw bytes to the wire. */
export type Behaviour = (
  write: (bytes: string | Buffer) => Promise<void>,
  socket: Socket,
  request: IncomingMessage,
  body: string,
) => unknown

/** Starts a server that parses requests as HTTP, and replies with the bytes that `behaviour` writes. */
export async function rawAxon(behaviour: Behaviour) {
  const sockets: Socket[] = []
  const server = createServer(async request => {
    const { socket } = request
    if (!sockets.includes(socket)) sockets.push(socket)
    const body = await text(request)
    const write = (bytes: string | Buffer) => new Promise<void>(resolve => socket.write(bytes, () => resolve()))
    await behaviour(write, socket, request, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    /** the sockets of all connections so far */
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}

/** Returns the head of a stream. `more`: further header lines, each with its CRLF. */
export const streamHead = (more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n${more}\r\n`
export const SUCCESS = 'bt_header_axon_status_code: 200\r\nbt_header_axon_status_message: Success\r\n'
/** The end of a stream. */
export const END = '0\r\n\r\n'
/** Encodes a piece of a stream. */
export function chunk(piece: string | Buffer): Buffer {
  const bytes = Buffer.from(piece as string)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}
/** Returns a whole reply. */
export const json = (status: number, body: string, more = '') =>
  `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`
