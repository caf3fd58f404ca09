import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

/** A keyfile as the SDK encrypted it before `$NACL`: an Ansible Vault of version 1.1 or 1.2, AES256. */
export type AnsibleVault = {
  readonly cipher: 'ansible'
  readonly salt: Uint8Array
  /** HMAC-SHA256 of `ciphertext`, 32 bytes */
  readonly mac: Uint8Array
  /** AES-256-CTR, padded to blocks of 16 bytes */
  readonly ciphertext: Uint8Array
}

/**
 * Parses a vault.
 *
 * @returns `malformed` when it ends too early or is not hex, `unsupported` when its header names another version or cipher
 * @see ansible/ansible lib/ansible/parsing/vault/__init__.py, `parse_vaulttext_envelope` and `parse_vaulttext`
 */
export function parseVault(bytes: Uint8Array): AnsibleVault | 'malformed' | 'unsupported' {
  const [header = '', ...lines] = Buffer.from(bytes).toString('latin1').split('\n')
  if (!/^\$ANSIBLE_VAULT;1\.[12];AES256(;|\s*$)/.test(header)) return 'unsupported'
  // The hex of three lines: salt, code and ciphertext, each of which is hex again.
  const [salt, mac, ciphertext, ...more] = (fromHex(lines.join('').replaceAll(/\s/g, '')) ?? Buffer.alloc(0))
    .toString('latin1')
    .split('\n')
    .map(fromHex)
  if (!salt || !mac || !ciphertext || more.length > 0) return 'malformed'
  if (mac.length !== 32 || ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) return 'malformed'
  return { cipher: 'ansible', salt, mac, ciphertext }
}

/**
 * Opens it with the keys that PBKDF2 derives from the password. Compares the code in constant time before it decrypts.
 *
 * @returns null when the password is wrong, or the bytes were changed
 * @throws {RangeError} when the padding is wrong, although the code is right
 * @see ansible/ansible lib/ansible/parsing/vault/__init__.py, `VaultAES256`
 */
export function openVault({ salt, mac, ciphertext }: AnsibleVault, password: string): Uint8Array | null {
  const derived = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  const [key, macKey, counter] = [derived.subarray(0, 32), derived.subarray(32, 64), derived.subarray(64)]
  if (!timingSafeEqual(createHmac('sha256', macKey).update(ciphertext).digest(), mac)) return null
  return withoutYaml(withoutPadding(createDecipheriv('aes-256-ctr', key, counter).update(ciphertext)))
}

const BLOCK_BYTES = 16

/** Removes the padding of PKCS #7. */
function withoutPadding(padded: Buffer): Buffer {
  const count = padded.at(-1)!
  const content = padded.subarray(0, -count)
  if (count < 1 || count > BLOCK_BYTES || padded.subarray(-count).some(byte => byte !== count)) {
    throw new RangeError('the padding is wrong')
  }
  return content
}

/**
 * The oldest keyfiles hold their bytes as YAML, because they were written with `Vault.dump` of the Python package
 * ansible-vault, which `Vault.load` undoes.
 */
function withoutYaml(content: Buffer): Buffer {
  const [, base64] = /^!!binary \|\n([\w+/=\s]+)$/.exec(content.toString('latin1')) ?? []
  return base64 === undefined ? content : Buffer.from(base64, 'base64')
}

function fromHex(text: string): Buffer | null {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null
}
