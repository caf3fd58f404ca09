import { type AnsibleVault, parseVault } from './ciphers/ansible-vault.js'
import { type FernetToken, parseFernet } from './ciphers/fernet.js'
import { type NaclBox, parseNacl } from './ciphers/nacl.js'
import { WalletError } from './wallet-error.js'

/** An encrypted keyfile. */
export type Sealed = NaclBox | AnsibleVault | FernetToken

/** Returns whether a keyfile is encrypted. */
export function isSealed(bytes: Uint8Array): boolean {
  return cipherOf(bytes) !== null
}

/**
 * Parses an encrypted keyfile, as far as that is possible without its password.
 *
 * @param file the path that errors name
 * @returns null: it is not encrypted
 * @throws {WalletError} KEYFILE_MALFORMED · KEYFILE_ENCRYPTION_UNSUPPORTED
 */
export function parseSealed(bytes: Uint8Array, file: string): Sealed | null {
  switch (cipherOf(bytes)) {
    case 'nacl':
      return parseNacl(bytes.subarray(NACL.length)) ?? malformed(file)
    case 'ansible': {
      const vault = parseVault(bytes)
      if (vault === 'unsupported') return unsupported(file)
      return vault === 'malformed' ? malformed(file) : vault
    }
    case 'fernet':
      return parseFernet(bytes) ?? malformed(file)
    case null:
      return null
  }
}

const NACL = '$NACL'

/** @see opentensor/btwallet src/keyfile.rs, `keyfile_data_encryption_method` */
function cipherOf(bytes: Uint8Array): Sealed['cipher'] | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (head.startsWith(NACL)) return 'nacl'
  if (head.startsWith('$ANSIBLE_VAULT')) return 'ansible'
  return head.startsWith('gAAAAA') ? 'fernet' : null
}

function malformed(file: string): never {
  throw new WalletError('KEYFILE_MALFORMED', `hotkey file ${file} is truncated or damaged`, {
    hint: 'copy it again, or regenerate it from its phrase with btcli wallet regen-hotkey',
  })
}

function unsupported(file: string): never {
  throw new WalletError(
    'KEYFILE_ENCRYPTION_UNSUPPORTED',
    `hotkey file ${file} is an Ansible Vault of another version than 1.1 or 1.2, or of another cipher than AES256`,
    {
      hint: 'encrypt it again with ansible-vault rekey, or regenerate it from its phrase with btcli wallet regen-hotkey',
    },
  )
}
