import { type AddressInfo, isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { listenError } from '../axon-error.js'

type Address = {
  /** null: every address of this machine, IPv6 and IPv4 */
  readonly host: string | null
  /** 0 picks a free one */
  readonly port: number
}

/**
 * Opens the port, and returns it. A machine without IPv6 listens on its IPv4 addresses.
 *
 * @throws {AxonError} when the port cannot be opened
 */
export async function listen(app: FastifyInstance, { host, port }: Address): Promise<number> {
  try {
    // For `localhost` fastify opens a second server, which the bounds here would not cover.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : (host ?? '::'), port })
  } catch (error) {
    const noIpv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (host !== null || !noIpv6) throw listenError(error, host ?? '::', port)
    await app.listen({ host: '0.0.0.0', port }).catch((cause: unknown) => {
      throw listenError(cause, '0.0.0.0', port)
    })
  }
  return (app.server.address() as AddressInfo).port
}

/** Returns the URL at which this machine reaches the axon. */
export function reachableUrl(host: string | null, port: number): string {
  const any = host === null || host === '::' || host === '0.0.0.0'
  return `http://${any ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host}:${port}`
}
