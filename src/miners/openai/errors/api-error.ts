import { inspect } from 'node:util'

/** An endpoint's own error: by its HTTP status, or by an error object inside a stream or a document. */
export type ErrorResponse = {
  readonly message?: unknown
  readonly status?: unknown
  readonly error?: unknown
  readonly headers?: unknown
}

/** What is in it. The words are the endpoint's, and may hold anything. */
export type ApiError = {
  readonly status: number | undefined
  readonly code: string
  readonly param: string
  readonly words: string
}

export function readApiError(answered: ErrorResponse): ApiError {
  const { status: http, error } = answered
  const details: Details = typeof error === 'object' && error !== null ? error : {}
  const { code, param, message, detail } = details
  // Inside a stream, or a document with status 200, the code may be the status.
  const status = [http, code].find(number => typeof number === 'number')
  const told = typeof error === 'string' ? error : (message ?? detail ?? plainText(answered))
  const words = typeof told === 'string' ? told : inspect(told, { depth: 5, breakLength: Number.POSITIVE_INFINITY })
  return {
    status,
    code: typeof code === 'string' ? code : '',
    param: typeof param === 'string' && /^[\w.[\]]{1,60}$/.test(param) ? param : '',
    // A redirect's own words repeat the address whole.
    words: isRedirect(status) ? target(answered) : words.replace(echo, ' …'),
  }
}

/** Behind what is wrong, FastAPI and vLLM repeat what they were sent, and that is the question. */
const echo = /,\s*(["']?)input\1:.*/s

export function isRedirect(status = 0): boolean {
  return status >= 300 && status < 400
}

type Details = {
  readonly code?: unknown
  readonly param?: unknown
  readonly message?: unknown
  readonly detail?: unknown
}

/** Where a redirect leads, without user, password and query, which may be secret. */
function target({ headers }: ErrorResponse): string {
  const url = URL.parse((headers instanceof Headers && headers.get('location')) || '')
  return url && /^https?:$/.test(url.protocol) ? url.origin + url.pathname : ''
}

/** The body of an error in plain text, which the client has in its own message, after the status. */
function plainText({ message, status, headers }: ErrorResponse): string {
  const isPlain = headers instanceof Headers && /^text\/plain\b/i.test(headers.get('content-type') ?? '')
  if (!isPlain || typeof message !== 'string' || message === `${status} status code (no body)`) return ''
  return message.slice(`${status} `.length)
}
