import crypto from 'node:crypto'

/** A keyfile as btwallet and SDK 6 to 11 encrypt it. */
export type NaclBox = {
  readonly cipher: 'nacl'
  /** 24 bytes */
  readonly nonce: Uint8Array
  /** a secretbox: a code of 16 bytes, then what is encrypted */
  readonly box: Uint8Array
}

/** Parses what stands after `$NACL`; null: it is too short. */
export function parseNacl(bytes: Uint8Array): NaclBox | null {
  const [nonce, box] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
  return box.length < MAC_BYTES ? null : { cipher: 'nacl', nonce, box }
}

const NONCE_BYTES = 24
const MAC_BYTES = 16

/**
 * Opens it with the key that argon2i derives from the password. That takes 4 to 8 s and 600 MB, which WebAssembly never
 * frees, so it is for a thread that ends.
 *
 * @returns null when the password is wrong, or the bytes were changed
 */
export async function openNacl({ nonce, box }: NaclBox, password: string): Promise<Uint8Array | null> {
  const { default: sodium } = await import('libsodium-wrappers-sumo')
  await sodium.ready
  const key = deriveKey(password, sodium)
  try {
    return sodium.crypto_secretbox_open_easy(box, nonce, key)
  } catch {
    return null // the library throws when the password is wrong
  }
}

// libsodium's OPSLIMIT_SENSITIVE and MEMLIMIT_SENSITIVE of argon2i13; the constants of those names in libsodium-wrappers are
// argon2id's.
const PASSES = 8
const MEMORY_BYTES = 536_870_912

type Sodium = typeof import('libsodium-wrappers-sumo')['default']

// opentensor/btwallet src/keyfile.rs `derive_key`
function deriveKey(password: string, sodium: Sodium): Uint8Array {
  const salt = Buffer.from('137183dff15a09bc9c90b5518739e9b1', 'hex')
  if (nodeHasArgon2()) {
    const costs = { parallelism: 1, memory: MEMORY_BYTES / 1024, passes: PASSES }
    return crypto.argon2Sync('argon2i', { message: password, nonce: salt, tagLength: 32, ...costs })
  }
  return sodium.crypto_pwhash(32, password, salt, PASSES, MEMORY_BYTES, sodium.crypto_pwhash_ALG_ARGON2I13)
}

/** Returns whether Node derives the key itself, in three quarters of the time: from 24.7 on, with OpenSSL 3.2 or newer. */
function nodeHasArgon2(): boolean {
  const least = { message: '', nonce: new Uint8Array(8), parallelism: 1, tagLength: 4, memory: 8, passes: 1 }
  try {
    crypto.argon2Sync('argon2i', least)
    return true
  } catch {
    return false
  }
}
