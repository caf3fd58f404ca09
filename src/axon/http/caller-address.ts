/** A dual-stack socket shows IPv4 callers as `::ffff:1.2.3.4`. */
export function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
