import { type ErrorResponse, readApiError } from './api-error.js'

/**
 * Returns how long an endpoint asks callers to wait: in the headers of its reply, else in the error itself. In the headers
 * it is `retry-after-ms`, else `Retry-After`, in seconds or as a date.
 *
 * @returns milliseconds from 0 to a day, the maximum; undefined when it is absent or malformed
 * @see RFC 9110 §10.2.3
 */
export function retryAfterMs(response: ErrorResponse, now: () => number = Date.now): number | undefined {
  const ms = inHeaders(response.headers, now) ?? inError(response, now)
  return ms === undefined ? undefined : Math.min(Math.ceil(ms), day)
}

function inHeaders(headers: unknown, now: () => number): number | undefined {
  if (!(headers instanceof Headers)) return undefined
  return decimal(headers.get('retry-after-ms')) ?? inMs(headers, now)
}

/**
 * Reads the wait in an error: Google's `RetryInfo`, OpenRouter's copy of a header, Hugging Face's estimate of how long a
 * model still loads, else the words of a rate limit. Other errors may quote the question, whose words must not rest a key.
 *
 * @see google/rpc/error_details.proto
 * @see https://github.com/huggingface/transformers/issues/32665
 */
function inError(response: ErrorResponse, now: () => number): number | undefined {
  const { details, metadata, estimated_time } = (response.error ?? {}) as Waits
  const delays = Array.isArray(details) ? details.slice(0, 20).map(detail => durationMs(detail?.retryDelay)) : []
  const delay = delays.find(ms => ms !== undefined)
  if (delay !== undefined) return delay
  const reset = decimal(metadata?.headers?.['X-RateLimit-Reset'])
  if (reset !== undefined && reset >= year2001) return Math.max(0, reset - now())
  if (typeof estimated_time === 'number' && estimated_time >= 0) return estimated_time * 1000
  const { status, message } = readApiError(response)
  return status === 429 ? inWords(message.slice(0, 10_000)) : undefined
}

/** Where an error may have the wait; any part may be missing or have another type. */
type Waits = {
  readonly details?: unknown
  /** seconds until a model is loaded; see `repaired` in ../http/fetch.ts */
  readonly estimated_time?: unknown
  readonly metadata?: { readonly headers?: Readonly<Record<string, unknown>> | null } | null
}

/** As milliseconds since 1970; a smaller number counts seconds. */
const year2001 = 1e12

/** LiteLLM puts Google's whole error into its text; the sentence is that of OpenAI, Groq, Azure and Gemini. */
function inWords(text: string): number | undefined {
  const [, delay = ''] = /retryDelay\W{1,10}([\d.]{1,20}s)\b/.exec(text) ?? []
  const [, sentence = ''] = /\b(?:try again|retry) (?:in|after) ((?:[\d.]{1,20} ?[a-z]{1,12}){1,3})/i.exec(text) ?? []
  return durationMs(delay) ?? durationMs(sentence)
}

/** Returns the milliseconds of `44.5s`, `6m0s`, `250ms` or `21 seconds`. */
function durationMs(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const parts = [...text.matchAll(/(\d{1,15}(?:\.\d{1,15})?) ?([a-z]+)/gi)]
  const ms = parts.map(([, count, unit]) => Number(count) * (units.get(unit!.toLowerCase()) ?? Number.NaN))
  const sum = ms.reduce((sum, part) => sum + part, 0)
  return parts.length > 0 && Number.isFinite(sum) ? sum : undefined
}

const units: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['milliseconds', 1],
  ['s', 1000],
  ['second', 1000],
  ['seconds', 1000],
  ['m', 60_000],
  ['minute', 60_000],
  ['minutes', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['hours', 3_600_000],
])

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

function decimal(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,15}(\.\d{1,15})?$/.test(text.trim()) ? Number(text) : undefined
}
