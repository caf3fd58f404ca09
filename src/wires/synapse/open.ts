import { readJson } from '../json/read.js'
import { isObject, type JsonObject } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { HashField } from '../wire.js'
import { bodyHashes } from './body-hash.js'
import type { SynapseClaim } from './claim.js'

/**
 * Reads the body and holds it against the hash that was signed, as any Python may have computed it.
 *
 * @throws {Refusal} MALFORMED · HASH_MISMATCH
 */
export function open(
  claim: SynapseClaim,
  raw: Uint8Array,
  versions: readonly (readonly HashField[])[] | null,
): JsonObject {
  const tree = readJson(raw)
  if (!isObject(tree)) throw new Refusal('MALFORMED', 'The body is not a JSON object')
  if (versions === null) return tree
  let mismatch = new Refusal('HASH_MISMATCH')
  for (const hashed of versions) {
    try {
      for (const hash of bodyHashes(tree, hashed)) if (hash === claim.bodyHash) return tree
    } catch (error) {
      // A field that only another version has; if there is but one, that is what is wrong.
      if (!(error instanceof Refusal)) throw error
      if (versions.length === 1) mismatch = error
    }
  }
  throw mismatch
}
