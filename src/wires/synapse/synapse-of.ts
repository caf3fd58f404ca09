/**
 * The synapse that a request target names: its path, when that has one segment, percent-decoded; `''` for `/`.
 *
 * @returns null when the path has more segments than one, or is none
 */
export function synapseOf(target: string): string | null {
  const [path = ''] = target.split('?', 1)
  const decoded = unquote(path)
  if (!decoded.startsWith('/') || decoded.includes('/', 1)) return null
  return decoded.slice(1)
}

// As Python's urllib.parse.unquote, by which the SDK's server reads a path: `%zz` stays, and bytes that are not UTF-8
// become U+FFFD.
function unquote(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, bytes => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}
