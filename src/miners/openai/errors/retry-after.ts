/**
 * Returns how long an endpoint asks callers to wait: its `retry-after-ms`, else its `Retry-After`, in seconds or as a date.
 *
 * @param headers of its reply
 * @returns milliseconds from 0 to a day, the maximum; undefined when the headers are absent or malformed
 * @see RFC 9110 §10.2.3
 */
export function retryAfterMs(headers: unknown, now: () => number = Date.now): number | undefined {
  if (!(headers instanceof Headers)) return undefined
  const ms = decimal(headers.get('retry-after-ms')) ?? inMs(headers, now)
  return ms === undefined ? undefined : Math.min(Math.ceil(ms), day)
}

const day = 86_400_000

function inMs(headers: Headers, now: () => number): number | undefined {
  const text = headers.get('retry-after')
  const seconds = decimal(text)
  if (seconds !== undefined) return seconds * 1000
  // `Date.parse` accepts "-5" and "x 1", so require the weekday.
  const until = /^(mon|tue|wed|thu|fri|sat|sun)/i.test(text ?? '') ? Date.parse(text!) : Number.NaN
  if (Number.isNaN(until)) return undefined
  // Compared with the endpoint's own clock when it sends one.
  const since = Date.parse(headers.get('date') ?? '')
  return Math.max(0, until - (Number.isNaN(since) ? now() : since))
}

function decimal(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}(\.\d{1,15})?$/.test(text.trim()) ? Number(text) : undefined
}
