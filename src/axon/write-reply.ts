import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../wires/wire.js'

/** How long a reader may take for a whole reply. */
const WRITE_MS = 10_000
/** What is still read of a body that nobody wants: closing at once would lose the reply on its way. */
const DISCARD_BYTES = 2 * 1024 * 1024
const DISCARD_MS = 2_000

/**
 * Sends a whole reply. A reader that is too slow is dropped. A body that is still on its way is discarded: all of it
 * when its declared length is within `maxBody`, and the connection is kept; else so much as is decent, and closed.
 */
export function writeReply(request: IncomingMessage, response: ServerResponse, reply: Reply, maxBody: number): void {
  const drop = () => void response.socket?.destroy()
  const slow = setTimeout(drop, WRITE_MS)
  response.once('close', () => clearTimeout(slow))
  for (const [name, value] of reply.headers) response.setHeader(name, value)
  response.setHeader('content-length', reply.body.length)
  response.statusCode = reply.status
  if (request.complete || declaredWithin(request, maxBody)) {
    response.end(reply.body)
    request.resume()
    return
  }
  response.setHeader('connection', 'close')
  response.write(reply.body)
  discard(request, () => response.end())
}

function declaredWithin(request: IncomingMessage, limit: number): boolean {
  const declared = request.headers['content-length']
  return request.headers['transfer-encoding'] === undefined && Number(declared ?? 0) <= limit
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
