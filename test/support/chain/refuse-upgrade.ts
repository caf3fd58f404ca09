import type { Duplex } from 'node:stream'

/** What is answered to a request for a WebSocket instead of accepting it. */
export type UpgradeRefusal = { readonly status: number; readonly headers?: Readonly<Record<string, string>> }

/** Answers a request for a WebSocket with an HTTP status, as a rate limiter in front of a node does. */
export function refuseUpgrade(socket: Duplex, { status, headers }: UpgradeRefusal): void {
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' })
  socket.end([`HTTP/1.1 ${status} Refused`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'))
}

/** The answer of an endpoint that limits the rate. */
export function tooMany(retryAfter?: string): UpgradeRefusal {
  return { status: 429, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }
}
