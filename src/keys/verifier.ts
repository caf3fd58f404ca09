import { BoundedMap } from './bounded-map.js'
import { isCanonicalScalar } from './canonical-scalar.js'
import { isPublicKey } from './public-key.js'
import { freshSchnorrkel, type Schnorrkel } from './schnorrkel.js'

/** A signature with the text and the key that it is checked against. */
export type Signed = {
  /** 32 bytes */
  readonly publicKey: Uint8Array
  readonly text: Uint8Array
  /** 64 bytes: R, then s with the marker bit */
  readonly signature: Uint8Array
}

/** Checks sr25519 signatures. */
export type SignatureVerifier = {
  /** Never throws, whatever the bytes are. */
  verify(signed: Signed): boolean
}

type VerifierOptions = {
  /** called when the library panics on a well-formed signature, which is then refused, and the library reloaded */
  readonly onPanic: (cause: unknown) => void
  /** loads a new instance of the library, at the start and after each panic */
  readonly load?: () => Schnorrkel
}

/**
 * Creates a verifier of sr25519 signatures (signing context `substrate`) over a text or over `<Bytes>` + text +
 * `</Bytes>`: `Keypair.verify` of bittensor-wallet accepts both (opentensor/btwallet src/keypair.rs `verify`).
 *
 * A good signature costs about 0.16 ms, a wrong one twice that, a key that has not signed before 0.1 ms more. Input
 * that would make the library panic is refused before the call (`schnorrkel.ts` explains why that matters).
 */
export function createVerifier({ onPanic, load = freshSchnorrkel }: VerifierOptions): SignatureVerifier {
  // Keys that have signed are not decoded again. A key enters only with a valid signature, so claiming many keys evicts
  // none; an evicted key costs its caller one more decoding.
  const proven = new BoundedMap<true>(MAX_PROVEN)
  let library = load()

  return {
    verify({ publicKey, text, signature }) {
      if (!isWellFormed(signature)) return false
      const key = Buffer.from(publicKey).toString('latin1')
      if (!proven.has(key) && !isPublicKey(publicKey)) return false
      try {
        const holds =
          library.sr25519_verify(publicKey, text, signature) ||
          library.sr25519_verify(publicKey, wrapped(text), signature)
        if (holds) proven.set(key, true)
        return holds
      } catch (cause) {
        // The instance may be damaged: better to refuse one caller than to trust its result.
        library = load()
        onPanic(cause)
        return false
      }
    },
  }
}

// Twenty times the keys of a subnet.
const MAX_PROVEN = 5_000

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
