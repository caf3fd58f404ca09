/**
 * Writes the path of an item: `shout.endpoints` and `1` make `shout.endpoints[1]`, a key follows a dot, and a key
 * that is no plain word stands in brackets and quotes, so that no two items have the same path.
 */
export function itemPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = String(key)
  return /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}
