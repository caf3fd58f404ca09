import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'

/** What a client finds behind an https address: a trusted certificate, an untrusted one, or a server without TLS. */
export type Handshake = 'trusted' | 'self-signed' | 'plain HTTP'

/** The certificate of a `trusted` handshake, for `NODE_EXTRA_CA_CERTS`. */
export const trustedCertificate = fixture('trusted.pem')

const key = readFileSync(fixture('key.pem'))
const certificates = {
  trusted: readFileSync(trustedCertificate),
  'self-signed': readFileSync(fixture('stranger.pem')),
}

/**
 * Starts a TLS proxy in front of a model server. When one side of a connection closes, the proxy closes the other.
 *
 * @param url the server's http URL
 * @param next chooses the handshake of each connection
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
    // The TLS socket does not always notice that the raw connection has closed.
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
    from.on('error', () => {}) // the 'close' event that follows is handled
    from.once('close', () => to.destroy())
  }
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
}
