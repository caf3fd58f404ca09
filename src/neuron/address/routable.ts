import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Returns why machines elsewhere cannot reach an address, in words that follow it: `is a private address`. Undefined: they
 * can, as far as the address tells.
 *
 * @param ip as text; IPv4 in four decimal parts only
 * @see IANA, IPv4 and IPv6 Special-Purpose Address Registries
 */
export function whyUnroutable(ip: string): string | undefined {
  if (isIP(ip) === 0 || ip.includes('%')) return 'is not an IP address'
  const address = ipaddr.parse(ip)
  const range = address.range()
  if (range !== 'unicast') return `is ${words.get(range) ?? `a reserved address (${range})`}`
  // ipaddr.js 2.5.0 calls unicast what no range of its own names: 100:0:0:1::/64 (RFC 9780), the IPv4-compatible ::/96,
  // and all that IANA keeps unassigned. Global unicast is 2000::/3 (RFC 4291 §2.4), without the returned 3ffe::/16 (RFC 3701).
  if (address.kind() === 'ipv6' && (!inside(address, '2000::', 3) || inside(address, '3ffe::', 16)))
    return 'is a reserved address'
  return undefined
}

/** Returns an address in its one canonical spelling, so that equal ones are equal texts. */
export function canonicalIp(ip: string): string {
  return isIP(ip) === 0 ? ip : ipaddr.parse(ip).toString()
}

function inside(address: ipaddr.IPv4 | ipaddr.IPv6, network: string, bits: number): boolean {
  return address.match(ipaddr.parse(network), bits)
}

const words: ReadonlyMap<string, string> = new Map([
  ['unspecified', 'the unspecified address'],
  ['broadcast', 'the broadcast address'],
  ['multicast', 'a multicast address'],
  ['linkLocal', 'a link-local address'],
  ['loopback', 'a loopback address'],
  ['carrierGradeNat', 'an address inside a carrier-grade NAT (100.64.0.0/10)'],
  ['private', 'a private address'],
  ['uniqueLocal', 'a unique local address, which is private'],
  ['ipv4Mapped', 'an IPv4 address in the form of IPv6: give it as IPv4'],
  ['rfc6052', 'an address of NAT64'],
  ['benchmarking', 'an address for benchmarks'],
  ['reserved', 'a reserved address, such as those for documentation'],
])
