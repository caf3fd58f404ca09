// Decrypts one keyfile and exits: deriving the key computes for seconds.
import { parentPort, workerData } from 'node:worker_threads'
import { openVault } from './ciphers/ansible-vault.js'
import { fernetKey, openFernet } from './ciphers/fernet.js'
import { openNacl } from './ciphers/nacl.js'
import type { Sealed } from './sealed.js'

/** The worker's input. It posts the decrypted bytes, or null when the password is wrong. */
export type DecryptTask = { readonly sealed: Sealed; readonly password: string }

const { sealed, password } = workerData as DecryptTask
parentPort!.postMessage(await open())

function open(): Uint8Array | null | Promise<Uint8Array | null> {
  switch (sealed.cipher) {
    case 'nacl':
      return openNacl(sealed, password)
    case 'ansible':
      return openVault(sealed, password)
    case 'fernet':
      return openFernet(sealed, fernetKey(password))
  }
}
