/** The longest time that an endpoint may ask to wait: a wrong header must not lock it out for a year. */
const MAX_WAIT_MS = 3_600_000

/**
 * Reads the header `Retry-After`: seconds, or a date of HTTP.
 *
 * @param now epoch milliseconds
 * @returns milliseconds, at most an hour
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : bounded(ms)
}

// jsonrpsee and polkadot-sdk: -32009 server is busy, -32999 RPC rate limit; OnFinality: -32029; others: 429.
const CODES: ReadonlySet<unknown> = new Set([429, -32009, -32029, -32999])

/**
 * Returns whether an error of JSON-RPC tells that this machine asks too often, and how long to wait if it tells that.
 *
 * @param error the member `error` of an answer
 */
export function rateLimitOf(error: unknown): { readonly retryAfterMs: number | undefined } | undefined {
  const { code, message, data } = fieldsOf(error)
  // The boundary: `ServingRateLimitExceeded` is an error of the chain's own.
  const isLimit = CODES.has(code) || /\btoo many requests|\brate[ -]?limit/i.test(String(message))
  if (!isLimit) return
  const { retryAfter, retry_after, backoff_seconds, rate } = fieldsOf(data)
  const seconds = [retryAfter, retry_after, backoff_seconds, fieldsOf(rate).backoff_seconds]
    .map(value => (typeof value === 'string' ? Number.parseFloat(value) : value))
    .find(value => typeof value === 'number' && Number.isFinite(value))
  return { retryAfterMs: typeof seconds === 'number' ? bounded(seconds * 1000) : undefined }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_WAIT_MS)
}
