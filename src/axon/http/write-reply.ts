import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../../wires/wire.js'
import { resetAfter } from './reset.js'

/** What is still read of a body that nobody wants: closing at once would lose the reply on its way. */
const DISCARD_BYTES = 2 * 1024 * 1024
const DISCARD_MS = 2_000

/**
 * Sends a whole reply. A reader that takes longer than `writeMs` for it is dropped. A body that is still on its way
 * is discarded, so much of it as is decent; if that was all, the connection is kept.
 */
export function writeReply(request: IncomingMessage, response: ServerResponse, reply: Reply, writeMs: number): void {
  const limit = resetAfter(response, writeMs)
  response.once('close', () => limit[Symbol.dispose]())
  const headers = [...reply.headers.flat(), 'content-length', String(reply.body.length)]
  if (!request.complete && !isShort(request)) headers.push('connection', 'close')
  response.writeHead(reply.status, headers)
  if (request.complete) return void response.end(reply.body)
  response.write(reply.body)
  discard(request, () => {
    // Behind another reply it would wait for its turn, unread, and whoever waits for the other could not be seen to leave.
    if (!request.complete && !response.socket) return void request.socket.destroy()
    response.end(() => request.complete || request.socket.destroy())
  })
}

/** Does it say that its body is so short that all of it will be discarded? */
function isShort({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= DISCARD_BYTES
}

/** Reads on into nothing until the body ends, or 2 MB, or 2 s; then calls `done`, once. */
export function discard(stream: NodeJS.ReadableStream, done: () => void): void {
  let size = 0
  const finish = () => {
    clearTimeout(timer)
    stream.removeListener('data', count)
    stream.removeListener('end', finish)
    stream.removeListener('close', finish)
    stream.pause()
    done()
  }
  const count = (chunk: Uint8Array) => {
    size += chunk.length
    if (size > DISCARD_BYTES) finish()
  }
  const timer = setTimeout(finish, DISCARD_MS)
  stream.on('data', count)
  stream.once('end', finish)
  stream.once('close', finish)
  stream.resume()
}
