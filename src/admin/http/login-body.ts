import type { IncomingMessage } from 'node:http'
import type { AdminReply } from './reply.js'

/** Bytes of `{"token": "…"}`. */
const MAX_BYTES = 4_096

/** Reads the token that a login sends as JSON. @returns the token, or why it cannot be read */
export async function readLogin(request: IncomingMessage): Promise<string | AdminReply> {
  // A page of another site can send only types of forms without asking first.
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return { status: 415 }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > MAX_BYTES) return { status: 413 }
    chunks.push(chunk)
  }
  try {
    const { token } = JSON.parse(Buffer.concat(chunks).toString())
    return typeof token === 'string' ? token : { status: 400 }
  } catch {
    return { status: 400 } // it is not JSON, or null
  }
}
