import { isIP, isIPv6 } from 'node:net'

/**
 * Returns what Docker publishes so that a port of a container is open where the settings open it: `127.0.0.1:9091:9091`.
 *
 * @param host the address that the settings name; undefined: every address
 * @returns undefined for a name, which Docker does not take
 */
export function publishedPort(host: string | undefined, port: number): string | undefined {
  const address = host?.toLowerCase() === 'localhost' ? '127.0.0.1' : host
  if (isEverywhere(address)) return `${port}:${port}`
  if (isIP(address!) === 0) return undefined
  return `${isIPv6(address!) ? `[${address}]` : address}:${port}:${port}`
}

/** Whether an address stands for all of a machine. */
export function isEverywhere(host: string | undefined): boolean {
  return host === undefined || host === '0.0.0.0' || host === '::'
}
