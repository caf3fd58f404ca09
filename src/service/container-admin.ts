import { isEverywhere, publishedPort } from './published-port.js'
import type { Service } from './service.js'

/** How a container opens the port for the operator at the address that the settings name. */
export type ContainerAdmin = {
  /** what Docker publishes: `127.0.0.1:9091:9091` */
  readonly published: string
  readonly variables: ReadonlyMap<string, string>
}

/** The port of `compose.yml`, which has an admin port of its own. */
export const COMPOSE_ADMIN_PORT = 9_091

/**
 * Returns what opens the admin port of a container: it listens on every address there, and Docker publishes it at the one that the
 * settings name, which is loopback by default.
 *
 * @returns null without an admin port; undefined when Docker cannot publish it at a name, or at a port that is not known
 */
export function containerAdmin({ admin }: Pick<Service, 'admin'>): ContainerAdmin | null | undefined {
  const { port, allowHost } = admin
  if (port === undefined) return null
  const { host } = admin
  const published = port === 0 ? undefined : publishedPort(host, port)
  if (published === undefined) return undefined
  const isLoopback = ['localhost', '::1'].includes(host.toLowerCase()) || host.startsWith('127.')
  // Within the container the address is another one, so that the port would not know it as its own.
  const allowed = isEverywhere(host) || isLoopback ? allowHost : [...new Set([...allowHost, host])]
  return {
    published,
    variables: new Map([
      ['MINER_ADMIN_PORT', String(port)],
      ['MINER_ADMIN_HOST', '0.0.0.0'],
      ...(allowed.length > 0 ? [['MINER_ADMIN_ALLOW_HOST', JSON.stringify(allowed)] as const] : []),
    ]),
  }
}
