import { hash } from 'node:crypto'
import type { Sign } from '../../plugin/dialect.js'
import { toTree } from '../../wires/json/convert.js'
import { isArray, isObject, type JsonTree } from '../../wires/json/tree.js'
import { writePythonJson } from '../../wires/json/write.js'

/**
 * Signs objects as Python's `json.dumps` writes them, with a hotkey. A signed text begins with `{` or is the digest of
 * such a text, so a caller cannot have bytes of its choice signed.
 *
 * @param sign 64 bytes for a message, sr25519
 */
export function signJson(sign: (message: Uint8Array) => Uint8Array): Sign {
  return (value, { digest, sortKeys = false } = {}) => {
    const tree = toTree(value)
    if (!isObject(tree)) throw new TypeError('only an object is signed')
    const text = Buffer.from(writePythonJson(sortKeys ? sorted(tree) : tree))
    return Buffer.from(sign(digest === 'sha256' ? hash('sha256', text, 'buffer') : text)).toString('hex')
  }
}

/** Python sorts by code points, JavaScript by UTF-16 units: they differ above U+FFFF. UTF-8 sorts as code points do. */
function sorted(tree: JsonTree): JsonTree {
  if (isArray(tree)) return tree.map(sorted)
  if (!isObject(tree)) return tree
  const members = [...tree].map(([key, value]) => ({ key, value: sorted(value), bytes: Buffer.from(key) }))
  return new Map(members.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ key, value }) => [key, value]))
}
