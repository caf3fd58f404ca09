import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from './recipe.ts'

/** How bytes are written. */
export type How = { readonly writes: number; readonly ending: Ending; readonly limitMs: number }

/**
 * Writes bytes to a port, and returns all that comes back until the connection is closed.
 *
 * @returns null when it is not closed within `limitMs`
 */
export async function talk(port: number, bytes: Buffer, { writes, ending, limitMs }: How): Promise<Buffer | null> {
  const received: Buffer[] = []
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  socket.on('error', () => {}) // a reset is one way to end
  socket.on('data', chunk => received.push(chunk))
  const size = Math.max(1, Math.ceil(bytes.length / writes))
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    await new Promise<void>(written => socket.write(bytes.subarray(at, at + size), () => written()))
    if (writes > 1) await sleep(1)
  }
  if (ending === 'end') socket.end()
  if (ending === 'destroy') socket.destroy()
  if (ending === 'reset') socket.resetAndDestroy()
  const limit = new AbortController()
  const isClosed = await Promise.race([
    closed.then(() => true),
    sleep(limitMs, false, { signal: limit.signal }).catch(() => false),
  ])
  limit.abort()
  socket.destroy()
  return isClosed ? Buffer.concat(received) : null
}
