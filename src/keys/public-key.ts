import { ristretto255 } from '@noble/curves/ed25519.js'

/**
 * Can this public key sign? It must be the canonical encoding of a ristretto255 point, and not the identity (all
 * zeros): for that one anybody can make a signature, which schnorrkel accepts.
 *
 * Costs about 0.1 ms.
 */
export function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  try {
    return !ristretto255.Point.fromBytes(bytes).is0()
  } catch {
    return false // the library says "no" by throwing
  }
}
