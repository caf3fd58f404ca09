/** Returns a URL as messages and logs may show it: scheme and host only, because providers of nodes put keys in the path. */
export function endpointName(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
