// Decrypts one `$NACL` keyfile and exits: the key derivation computes for seconds, and WebAssembly never frees the 512 MiB
// that it takes.
import crypto from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import sodium from 'libsodium-wrappers-sumo'

/** The worker's input. It posts the decrypted bytes, or null when the password is wrong. */
export type NaclTask = { readonly sealed: Uint8Array; readonly password: string }

// libsodium's OPSLIMIT_SENSITIVE and MEMLIMIT_SENSITIVE of argon2i13; the constants of those names in libsodium-wrappers are
// argon2id's.
const PASSES = 8
const MEMORY_BYTES = 536_870_912

const { sealed, password } = workerData as NaclTask
await sodium.ready
parentPort!.postMessage(open())

// opentensor/btwallet src/keyfile.rs `derive_key`
function deriveKey(): Uint8Array {
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

function open(): Uint8Array | null {
  const key = deriveKey()
  const nonce = sealed.subarray(0, sodium.crypto_secretbox_NONCEBYTES)
  try {
    return sodium.crypto_secretbox_open_easy(sealed.subarray(nonce.length), nonce, key)
  } catch {
    return null // the library throws when the password is wrong
  }
}
