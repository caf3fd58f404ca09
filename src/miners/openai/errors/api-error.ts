import { inspect } from 'node:util'

/** An error that the endpoint itself sent: as an HTTP status, or as an error object in a stream or a document. */
export type ErrorResponse = {
  readonly message?: unknown
  readonly status?: unknown
  readonly error?: unknown
  readonly headers?: unknown
}

/** The parts of an endpoint's error. Its message is not sanitized and may contain anything. */
export type ApiError = {
  readonly status: number | undefined
  readonly code: string
  readonly type: string
  readonly param: string
  readonly message: string
}

/** Reads the parts of an endpoint's error; absent ones are empty. */
export function readApiError(response: ErrorResponse): ApiError {
  const { status: http, error } = response
  const details: Details = typeof error === 'object' && error !== null ? error : {}
  const { code, type, param, message, detail, metadata } = details
  // Inside a stream, or a document with status 200, the code may be the status, or the type may stand for one.
  const status = [http, code, details.status].map(asStatus).find(isKnown) ?? statusOfType.get(type ?? code)
  const raw =
    typeof error === 'string' ? error : (message ?? detail ?? details.msg ?? details.errors ?? plainText(response))
  const text = typeof raw === 'string' ? raw : inspect(raw, { depth: 5, breakLength: Number.POSITIVE_INFINITY })
  // OpenRouter's own message is "Provider returned error"; the provider's is in here.
  const inner = metadata?.raw
  const whole = typeof inner === 'string' && inner !== '' ? `${text}: ${inner}` : text
  return {
    status,
    code: typeof code === 'string' ? code : '',
    type: typeof type === 'string' ? type : '',
    param: typeof param === 'string' && /^[\w.[\]]{1,60}$/.test(param) ? param : '',
    // A redirect's own text repeats the whole address.
    message: isRedirect(status) ? target(response) : whole.replace(echo, ' …'),
  }
}

/** Returns a number, or a text such as LiteLLM's `"429"`, that may be the status of an error. */
function asStatus(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number >= 300 && number <= 599 ? number : undefined
}

function isKnown(status: number | undefined): boolean {
  return status !== undefined
}

/** The types of errors that servers send within a stream without a status: Anthropic's. */
const statusOfType: ReadonlyMap<unknown, number> = new Map([
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['overloaded_error', 529],
])

/** FastAPI and vLLM append the input they were sent, which is the question. */
const echo = /,\s*(["']?)input\1:.*/s

export function isRedirect(status = 0): boolean {
  return status >= 300 && status < 400
}

type Details = {
  readonly code?: unknown
  readonly type?: unknown
  readonly param?: unknown
  readonly message?: unknown
  readonly detail?: unknown
  /** Z.ai */
  readonly msg?: unknown
  /** Cloudflare */
  readonly errors?: unknown
  readonly status?: unknown
  readonly metadata?: { readonly raw?: unknown } | null
}

/** Returns a redirect's address without user, password and query, which may be secret. */
function target({ headers }: ErrorResponse): string {
  const url = URL.parse((headers instanceof Headers && headers.get('location')) || '')
  return url && /^https?:$/.test(url.protocol) ? url.origin + url.pathname : ''
}

/** Returns the body of a plain-text error, which the client puts into its own message, after the status. */
function plainText({ message, status, headers }: ErrorResponse): string {
  const isPlain = headers instanceof Headers && /^text\/plain\b/i.test(headers.get('content-type') ?? '')
  if (!isPlain || typeof message !== 'string' || message === `${status} status code (no body)`) return ''
  return message.slice(`${status} `.length)
}
