import type { HashField } from '../hash-field.js'
import { isObject, type JsonObject } from '../json-tree.js'
import { readJson } from '../read-json.js'
import { Refusal } from '../refusal.js'
import { bodyHashes } from './body-hash.js'
import type { SynapseClaim } from './claim.js'

/**
 * Reads the body and holds it against the hash that was signed, as any Python may have computed it.
 *
 * @throws {Refusal} MALFORMED · HASH_MISMATCH
 */
export function open(claim: SynapseClaim, raw: Uint8Array, hashed: readonly HashField[]): JsonObject {
  const tree = readJson(raw)
  if (!isObject(tree)) throw new Refusal('MALFORMED', 'The body is not a JSON object')
  for (const hash of bodyHashes(tree, hashed)) if (hash === claim.bodyHash) return tree
  throw new Refusal('HASH_MISMATCH')
}
