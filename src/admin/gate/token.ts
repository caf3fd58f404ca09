import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What opens the port: the token, and a cookie that is derived from it. */
export class TokenCheck {
  readonly #token: Buffer
  readonly #session: Buffer
  readonly #cookieName: string
  readonly #cookieValue: string

  /** @param port cookies are shared by all ports of a host, so the name has the port */
  constructor(token: string, port: number) {
    // The cookie is not the token: it opens this port only, and is of no use once the token has changed.
    this.#cookieValue = createHmac('sha256', token).update('bittensor-miner admin session').digest('base64url')
    this.#cookieName = `miner-admin-${port}`
    this.#token = digest(token)
    this.#session = digest(this.#cookieValue)
  }

  isToken(text: string): boolean {
    return timingSafeEqual(digest(text), this.#token)
  }

  /** Looks for a credential in the headers of a request. */
  verdict({
    authorization = '',
    cookie = '',
  }: {
    readonly authorization?: string | undefined
    readonly cookie?: string | undefined
  }) {
    // A proxy may pass on an authorization of its own scheme, beside the cookie.
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
    if (token !== undefined) return this.isToken(token) ? 'right' : 'wrong'
    const values = cookiesNamed(this.#cookieName, cookie)
    if (values.length === 0) return 'missing'
    // A program at another port of this host can add a cookie of this name, and would sign the operator out.
    return values.some(value => timingSafeEqual(digest(value), this.#session)) ? 'right' : 'wrong'
  }

  /** Returns the header that signs a browser in. @param isSecure the browser speaks TLS */
  cookie(isSecure: boolean): string {
    return `${this.#cookieName}=${this.#cookieValue}; ${attributes(isSecure)}`
  }

  /** Returns the header that has a browser forget a cookie of an earlier token. */
  noCookie(isSecure: boolean): string {
    return `${this.#cookieName}=; Max-Age=0; ${attributes(isSecure)}`
  }
}

function attributes(isSecure: boolean): string {
  return `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

function cookiesNamed(name: string, header: string): readonly string[] {
  return header.split(';').flatMap(pair => {
    const at = pair.indexOf('=')
    return at !== -1 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : []
  })
}

/** Digests have one length, so comparing them tells nothing of the length of what is compared. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
