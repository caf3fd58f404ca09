import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../../wires/wire.js'
import { resetAfter } from './reset.js'

/** How much of an unwanted body is still read: closing at once would lose the reply on its way. */
const DISCARD_BYTES = 2 * 1024 * 1024
const DISCARD_MS = 2_000

/**
 * Sends a whole reply, and resets the connection when the caller takes longer than `writeMs` to read it. Discards what
 * is left of the body, up to a bound; within the bound the connection is kept.
 */
export function writeReply(request: IncomingMessage, response: ServerResponse, reply: Reply, writeMs: number): void {
  const headers = reply.headers.flat()
  headers.push('content-length', String(Buffer.byteLength(reply.body)))
  if (!request.complete && !isShort(request)) headers.push('connection', 'close')
  response.writeHead(reply.status, headers)
  if (request.complete) {
    response.end(reply.body)
    // The system takes a short reply at once; only one that waits for its caller needs the limit.
    if (response.writableLength > 0) limitWriting(response, writeMs)
    return
  }
  limitWriting(response, writeMs)
  response.write(reply.body)
  discard(request, () => {
    // Queued behind another reply of this connection, the body would stay unread, and a disconnect would go unnoticed.
    if (!request.complete && !response.socket) return void request.socket.destroy()
    response.end(() => request.complete || request.socket.destroy())
  })
}

/** Resets the connection in `ms` milliseconds, unless the reply is written before. */
function limitWriting(response: ServerResponse, ms: number): void {
  const limit = resetAfter(response, ms)
  response.once('close', () => limit[Symbol.dispose]())
}

/** Whether the declared body is short enough to be discarded whole. */
function isShort({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= DISCARD_BYTES
}

/** Discards what the stream has left, up to 2 MiB or 2 s, and then calls `done`, once. */
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
  // Not `withTimeout`: the end is one of several events, and no promise.
  const timer = setTimeout(finish, DISCARD_MS)
  stream.on('data', count)
  stream.once('end', finish)
  stream.once('close', finish)
  stream.resume()
}
