import { createRequire } from 'node:module'
import { isCanonicalScalar } from '#dist/keys/canonical-scalar.js'
import type { Signed } from '#dist/keys/verifier.js'
import { isPublicKey } from './public-key.ts'

/**
 * Verifies a signature as the axon did before it had a check of its own: with the `schnorrkel` of a package, which panics
 * on input that must be refused before.
 */
export function verifyBySchnorrkel({ publicKey, text, signature }: Signed): boolean {
  if (!isWellFormed(signature)) return false
  const key = Buffer.from(publicKey).toString('latin1')
  if (!proven.has(key) && !isPublicKey(publicKey)) return false
  const holds =
    library.sr25519_verify(publicKey, text, signature) || library.sr25519_verify(publicKey, wrapped(text), signature)
  if (holds) proven.add(key)
  return holds
}

/** Keys that have signed are not decoded again. */
const proven = new Set<string>()

const library = createRequire(import.meta.url)('@polkadot-labs/schnorrkel-wasm') as Pick<
  typeof import('@polkadot-labs/schnorrkel-wasm'),
  'sr25519_verify'
>

/** Returns whether the signature has the marker bit and a canonical s. Without either, the library panics. */
function isWellFormed(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const s = Uint8Array.from(signature.subarray(32)) // a copy: Buffer's slice would share the memory
  const last = s[31]!
  if ((last & MARKER) === 0) return false
  s[31] = last & ~MARKER
  return isCanonicalScalar(s)
}

// schnorrkel sets the highest bit of a signature to tell it from an ed25519 one.
const MARKER = 0x80

function wrapped(text: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('<Bytes>'), text, Buffer.from('</Bytes>')])
}
