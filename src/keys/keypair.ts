import { sr25519_keypair_from_seed, sr25519_pubkey, sr25519_sign } from '@polkadot-labs/schnorrkel-wasm'
import { isCanonicalScalar } from './canonical-scalar.js'
import { KeyError } from './key-error.js'
import { encodeAddress } from './ss58.js'

/** A key that can sign. Only the closure of `sign` holds the secret; it cannot be read from outside. */
export type Keypair = {
  /** ss58, network prefix 42 */
  readonly address: string
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /** Signs with sr25519, context `substrate`. Returns 64 bytes, which differ on every call. */
  sign(text: Uint8Array): Uint8Array
}

/**
 * Derives the key of a seed, which substrate calls a mini secret.
 *
 * @param miniSecret 32 bytes
 * @throws {KeyError} SECRET_MALFORMED
 */
export function keypairFromMiniSecret(miniSecret: Uint8Array): Keypair {
  if (miniSecret.length !== 32) throw malformed('a seed has 32 bytes')
  return keypairFromPair(sr25519_keypair_from_seed(miniSecret))
}

/**
 * Builds the key from a private key in schnorrkel's own form, as btwallet writes it to keyfiles.
 *
 * @param privateKey 64 bytes: scalar, little-endian, and nonce
 * @throws {KeyError} SECRET_MALFORMED
 */
export function keypairFromPrivateKey(privateKey: Uint8Array): Keypair {
  const scalar = privateKey.subarray(0, 32)
  if (privateKey.length !== 64) throw malformed('a private key has 64 bytes')
  if (!isCanonicalScalar(scalar)) throw malformed('the private key is not a canonical scalar')
  const secret = Buffer.concat([timesEight(scalar), privateKey.subarray(32)])
  return keypairFromPair(Buffer.concat([secret, sr25519_pubkey(secret)]))
}

/**
 * Builds the key from the bytes that the library returns.
 *
 * @param pair 96 bytes: secret in the ed25519 form, then public key
 */
export function keypairFromPair(pair: Uint8Array): Keypair {
  // Copies, so that the public key does not share an ArrayBuffer with the secret.
  const secret = Uint8Array.from(pair.subarray(0, 64))
  const publicKey = Uint8Array.from(pair.subarray(64))
  return {
    address: encodeAddress(publicKey),
    publicKey,
    sign: text => sr25519_sign(publicKey, secret, text),
  }
}

// The library takes and returns secrets in the ed25519 form, whose scalar is eight times schnorrkel's own
// (w3f/schnorrkel src/keys.rs `SecretKey::to_ed25519_bytes`). Unconverted, the scalar would be that of another key.
function timesEight(scalar: Uint8Array): Uint8Array {
  return scalar.map((byte, i) => (byte << 3) | ((scalar[i - 1] ?? 0) >> 5))
}

function malformed(what: string): KeyError {
  return new KeyError('SECRET_MALFORMED', what, 'regenerate the key from its phrase')
}
