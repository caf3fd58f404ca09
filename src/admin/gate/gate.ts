import type { IncomingMessage } from 'node:http'
import type { FailedLogins } from './failed-logins.js'
import { addressOf, hostName, isOurHost } from './hosts.js'
import type { TokenCheck } from './token.js'

/** Why a request gets no reply of its own. */
export type Denial = {
  readonly status: 401 | 403 | 421 | 429
  readonly headers?: Readonly<Record<string, string>>
}

type GateOptions = {
  readonly allowedHosts: ReadonlySet<string>
  readonly token: TokenCheck
  readonly failures: FailedLogins
}

/** Decides who gets a reply, by the head of a request alone. */
export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Checks what holds for every path: the host that was asked, then the site that asks. */
  denied(request: IncomingMessage): Denial | null {
    const hosts = request.headersDistinct.host ?? []
    const [host = ''] = hosts
    if (hosts.length !== 1 || !isOurHost(host, request.socket, this.#options.allowedHosts)) return { status: 421 }
    return isForeign(request, host) ? { status: 403 } : null
  }

  /** Checks the token, in a header or as the cookie. */
  locked(request: IncomingMessage): Denial | null {
    const { token, failures } = this.#options
    const verdict = token.verdict(request.headers)
    if (verdict === 'missing') return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }
    // A wait for the right one, too, would let anyone behind the same proxy lock the operator out.
    if (verdict === 'right') return null
    const waiting = this.#waiting(request)
    if (waiting) return waiting
    failures.add(peerOf(request))
    const headers = { 'WWW-Authenticate': 'Bearer', 'Set-Cookie': token.noCookie(isSecure(request)) }
    return { status: 401, headers }
  }

  /** Signs a browser in. @returns the header of its cookie, or why not */
  login(request: IncomingMessage, text: string): { readonly cookie: string } | Denial {
    const { token, failures } = this.#options
    if (token.isToken(text)) return { cookie: token.cookie(isSecure(request)) }
    const waiting = this.#waiting(request)
    if (waiting) return waiting
    failures.add(peerOf(request))
    return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }
  }

  #waiting(request: IncomingMessage): Denial | null {
    const seconds = this.#options.failures.waitSeconds(peerOf(request))
    return seconds > 0 ? { status: 429, headers: { 'Retry-After': String(seconds) } } : null
  }
}

/** A browser says which site sends a request; a request without these headers is not of a page. */
function isForeign({ headers }: IncomingMessage, host: string): boolean {
  const { origin, 'sec-fetch-site': site = 'none', 'sec-fetch-mode': mode } = headers
  // Of the same site are pages of other ports of this host, too: they may lead here, and load nothing from here.
  const isOwn = site === 'none' || site === 'same-origin' || (site === 'same-site' && mode === 'navigate')
  if (!isOwn) return true
  if (origin === undefined) return false
  const [, authority = ''] = /^https?:\/\/([^/]+)$/i.exec(origin) ?? []
  // The port counts, too: another program of this machine may have a page. A proxy may speak TLS in front of this port.
  return hostName(authority) === null || authority.toLowerCase() !== host.toLowerCase()
}

/**
 * Whether the browser speaks TLS, to a proxy in front of this port. Any peer may say so: it decides only whether the
 * browser that gets the cookie sends it over TLS alone.
 */
function isSecure({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-proto'] === 'https'
}

function peerOf({ socket }: IncomingMessage): string {
  return addressOf(socket.remoteAddress)
}
