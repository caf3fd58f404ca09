import type { IncomingMessage, ServerResponse } from 'node:http'

/** What every reply of the port has. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

export type AdminReply = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** by default a line of text that names the status */
  readonly type?: string
  readonly body?: string | Uint8Array
}

/** How long a caller may take to read a reply. */
const WRITE_MS = 30_000

/** Sends a reply; for HEAD without its body. */
export function sendReply(request: IncomingMessage, response: ServerResponse, reply: AdminReply): void {
  const { status, headers, type = 'text/plain; charset=utf-8', body = `${words[status] ?? status}\n` } = reply
  // What a caller sends beyond the head is not read, so the connection cannot go on after it.
  const hasUnread = !request.complete && hasBody(request)
  response.writeHead(status, {
    ...safeHeaders,
    ...headers,
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    ...(hasUnread && { Connection: 'close' }),
  })
  // Most replies need none of it, so neither `withTimeout` nor `timeoutSignal`.
  const timer = setTimeout(() => response.destroy(), WRITE_MS).unref()
  response.once('close', () => clearTimeout(timer))
  response.end(request.method === 'HEAD' ? undefined : body)
}

export function jsonReply(value: unknown): AdminReply {
  return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

/** Encodes a reply to what Node cannot parse as a request. */
export function rawReply(status: number): string {
  const body = `${words[status] ?? status}\n`
  const headers = {
    ...safeHeaders,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${words[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

const words: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
