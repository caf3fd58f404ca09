import { ristretto255 } from '@noble/curves/ed25519.js'

/**
 * Returns whether this public key is valid: the canonical encoding of a ristretto255 point other than the identity (all
 * zeros). Anyone can forge a signature for the identity, and schnorrkel accepts it.
 *
 * Costs about 0.1 ms.
 */
export function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  try {
    return !ristretto255.Point.fromBytes(bytes).is0()
  } catch {
    return false // the library throws for an invalid encoding
  }
}
