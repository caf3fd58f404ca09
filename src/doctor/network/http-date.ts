import { http, https } from '../../async/node-http.js'
import type { ClockReading } from '../machine/clock.js'

/** The header has whole seconds, so the true time is up to one later: half a second on average. */
const ROUNDED_MS = 500

/**
 * Reads the clock of a server by the header `Date` of its reply to `HEAD`, whatever its status.
 *
 * @param now epoch milliseconds
 * @returns null without a header that is a date
 * @throws the error of the connection · the signal's reason
 */
export async function readHttpDate(
  url: URL,
  { signal, now = Date.now }: { readonly signal: AbortSignal; readonly now?: () => number },
): Promise<ClockReading | null> {
  const { request } = url.protocol === 'https:' ? https : http
  return await new Promise((resolve, reject) => {
    const sentAt = now()
    const sent = request(url, { method: 'HEAD', agent: false, signal, headers: { connection: 'close' } })
    sent.once('response', response => {
      const gotAt = now()
      response.once('error', () => {}) // only its head is read
      response.destroy()
      const date = Date.parse(response.headers.date ?? '')
      if (Number.isNaN(date)) return resolve(null)
      const roundTripMs = Math.max(0, gotAt - sentAt)
      const offMs = date + ROUNDED_MS - (sentAt + roundTripMs / 2)
      resolve({ from: url.host, offMs, byMs: ROUNDED_MS + roundTripMs / 2 })
    })
    sent.once('error', error => reject(signal.aborted ? signal.reason : error))
    sent.end()
  })
}
