/** Names a secret after its path, for a file or for another program: `shout.endpoints[1].apiKey` is `shout-endpoints-1-apiKey`. */
export function secretName(path: string): string {
  return path.replace(/\W+/g, '-').replace(/-$/, '')
}
