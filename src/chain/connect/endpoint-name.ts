/**
 * Returns a URL as messages and logs may show it: without user, password, query and fragment. A long part of the path is
 * left out too, because providers of nodes put keys there.
 */
export function endpointName(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  const path = pathname.replace(/[^/]{20,}/g, '…')
  return `${protocol}//${host}${path === '/' ? '' : path}`
}
