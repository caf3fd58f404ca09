import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'

/** What a client meets behind an https address: what it should, a certificate that nobody trusts, or no TLS at all. */
export type Handshake = 'trusted' | 'self-signed' | 'plain HTTP'

/** The certificate of a `trusted` handshake, for `NODE_EXTRA_CA_CERTS`. */
export const trustedCertificate = fixture('trusted.pem')

const key = readFileSync(fixture('key.pem'))
const certificates = {
  trusted: readFileSync(trustedCertificate),
  'self-signed': readFileSync(fixture('stranger.pem')),
}

/**
 * Puts TLS before a model server. A connection that closes on one side is closed on the other.
 *
 * @param url the server's, with http
 * @param next asked for each connection
 */
export async function startTlsFront(
  url: string,
  next: () => Handshake,
): Promise<AsyncDisposable & { readonly url: string }> {
  const { port, pathname } = new URL(url)
  const open = new Set<Socket>()
  const front = createServer(accepted => {
    open.add(accepted)
    accepted.once('close', () => open.delete(accepted))
    const handshake = next()
    const inside =
      handshake === 'plain HTTP'
        ? accepted
        : new TLSSocket(accepted, { isServer: true, key, cert: certificates[handshake] })
    join(inside, connect(Number(port), '127.0.0.1'))
    // The end of the raw connection is not always told to the one inside.
    accepted.once('close', () => inside.destroy())
  })
  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(front.address() as AddressInfo).port}${pathname}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise(resolve => front.close(resolve))
    },
  }
}

function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one)
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => {}) // the close that follows says enough
    from.once('close', () => to.destroy())
  }
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
}
