// Decrypts one `$NACL` keyfile and exits, because WebAssembly never frees the 512 MiB that the key derivation takes.
import { parentPort, workerData } from 'node:worker_threads'
import sodium from 'libsodium-wrappers-sumo'

/** The worker's input. It posts the decrypted bytes, or null when the password is wrong. */
export type NaclTask = { readonly sealed: Uint8Array; readonly password: string }

const { sealed, password } = workerData as NaclTask
await sodium.ready
parentPort!.postMessage(open())

// opentensor/btwallet src/keyfile.rs `derive_key`. The numbers are libsodium's OPSLIMIT_SENSITIVE and
// MEMLIMIT_SENSITIVE of argon2i13; the constants of those names in libsodium-wrappers are argon2id's.
function deriveKey(): Uint8Array {
  const salt = Buffer.from('137183dff15a09bc9c90b5518739e9b1', 'hex')
  return sodium.crypto_pwhash(32, password, salt, 8, 536_870_912, sodium.crypto_pwhash_ALG_ARGON2I13)
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
