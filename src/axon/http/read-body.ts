import type { IncomingMessage } from 'node:http'
import { abortable } from '../../async/abortable.js'
import { Refusal } from '../../wires/refusal.js'

/**
 * Reads the whole body of a request, at most `limit` bytes. `writeReply` discards what is left unread.
 *
 * @throws {Refusal} BODY_TOO_LARGE
 * @throws the signal's reason
 */
export async function readBody(request: IncomingMessage, limit: number, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = () => new Refusal('BODY_TOO_LARGE', String(limit))
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // Into one buffer: the caller chooses the length of the chunks, and each kept chunk costs some hundred bytes more.
  let body = Buffer.alloc(0)
  let size = 0
  const take = (chunk: Buffer) => {
    const end = size + chunk.length
    if (end > limit) return reject(tooLarge())
    if (end > body.length) body = Buffer.concat([body], Math.max(end, 2 * body.length))
    chunk.copy(body, size)
    size = end
  }
  const end = () => resolve(body.subarray(0, size))
  request.on('data', take).once('end', end)
  try {
    return await abortable(promise, signal)
  } finally {
    request.off('data', take).off('end', end)
  }
}
