import { isIPv6, type Socket } from 'node:net'

/**
 * Returns the name in a `Host` header or an origin, in lower case and without its port; null when it is not one.
 * IPv6 addresses are in brackets there, which the name is without.
 */
export function hostName(authority: string): string | null {
  const [, ipv6, name] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(authority) ?? []
  return (ipv6 ?? name)?.toLowerCase() ?? null
}

/** Whether a text may be named as a host: a name or an address, without a port. */
export function isHostName(text: string): boolean {
  return isIPv6(text) || /^[a-z\d]([\w.-]{0,252}[a-z\d])?$/i.test(text)
}

/** Whether an address or a name is of this machine's loopback: no other machine reaches a port that listens there. */
export function isLoopbackName(host: string): boolean {
  const name = host.toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/**
 * Whether the port answers to the host of a request: a loopback name, the address that the connection came to, or one that the
 * operator allows. A page of another site can send a browser here under a name of its own, which it has its name server
 * point to this machine, and could read the replies: that name is not among these.
 */
export function isOurHost(host: string, socket: Socket, allowed: ReadonlySet<string>): boolean {
  const name = hostName(host)
  if (name === null) return false
  return isLoopbackName(name) || allowed.has(name) || name === addressOf(socket.localAddress)
}

/** Returns an address as a `Host` header has it; a dual-stack socket has IPv4 addresses as `::ffff:1.2.3.4`. */
export function addressOf(address = ''): string {
  return address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '')
}
