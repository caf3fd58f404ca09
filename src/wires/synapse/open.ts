import { setImmediate as turn } from 'node:timers/promises'
import { readJson } from '../json/read.js'
import { isObject, type JsonObject } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { HashField } from '../wire.js'
import { bodyHashes } from './body-hash.js'
import type { SynapseClaim } from './claim.js'

/** Formatting and hashing a body of this many bytes takes about a millisecond. */
const LARGE = 64 * 1024

/**
 * Parses the body and checks it against the signed hash. Versions of Python print some characters differently, so the
 * hash may be that of any of them. Other requests get a turn between the hashes of a large body.
 *
 * @throws {Refusal} MALFORMED · HASH_MISMATCH
 */
export async function open(
  claim: SynapseClaim,
  raw: Uint8Array,
  versions: readonly (readonly HashField[])[] | null,
): Promise<JsonObject> {
  const tree = readJson(raw)
  if (!isObject(tree)) throw new Refusal('MALFORMED', 'The body is not a JSON object')
  if (versions === null) return tree
  let missing: Refusal | null = null
  for (const hashed of versions) {
    try {
      for (const hash of bodyHashes(tree, hashed)) {
        if (hash === claim.bodyHash) return tree
        if (raw.length > LARGE) await turn()
      }
    } catch (error) {
      // The missing field may belong to another version; with a single version it is the reason to report.
      if (!(error instanceof Refusal)) throw error
      if (versions.length === 1) missing = error
    }
  }
  throw missing ?? new Refusal('HASH_MISMATCH')
}
