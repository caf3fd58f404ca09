import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

/** A keyfile as the first SDKs encrypted it: a Fernet token. */
export type FernetToken = {
  readonly cipher: 'fernet'
  /** all that the code covers: version, time, `iv` and `ciphertext` */
  readonly signed: Uint8Array
  /** HMAC-SHA256 of `signed`, 32 bytes */
  readonly mac: Uint8Array
  /** 16 bytes */
  readonly iv: Uint8Array
  /** AES-128-CBC, padded to blocks of 16 bytes */
  readonly ciphertext: Uint8Array
}

/**
 * Parses a token; null: it is not base64, ends too early, or has another version. Its time is not looked at, because a
 * keyfile does not expire.
 *
 * @see fernet/spec Spec.md
 */
export function parseFernet(text: Uint8Array): FernetToken | null {
  const token = Buffer.from(text).toString('latin1').trim()
  if (!/^[\w-]+={0,2}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const [signed, mac] = [bytes.subarray(0, -MAC_BYTES), bytes.subarray(-MAC_BYTES)]
  const [iv, ciphertext] = [signed.subarray(IV_START, CIPHERTEXT_START), signed.subarray(CIPHERTEXT_START)]
  if (bytes[0] !== VERSION || ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) return null
  return { cipher: 'fernet', signed, mac, iv, ciphertext }
}

const VERSION = 0x80
const IV_START = 1 + 8
const CIPHERTEXT_START = IV_START + 16
const BLOCK_BYTES = 16
const MAC_BYTES = 32

/**
 * Derives the key of an old keyfile, 32 bytes. Takes 4 s of a processor: ten million iterations.
 *
 * @see opentensor/bittensor 6.1.0 bittensor/keyfile.py, `decrypt_keyfile_data`
 */
export function fernetKey(password: string): Uint8Array {
  const salt = 'Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins'
  return pbkdf2Sync(password, salt, 10_000_000, 32, 'sha256')
}

/**
 * Opens a token. Compares its code in constant time before it decrypts.
 *
 * @param key 32 bytes
 * @returns null when the key is wrong, or the bytes were changed
 * @throws when the padding is wrong, although the code is right
 */
export function openFernet({ signed, mac, iv, ciphertext }: FernetToken, key: Uint8Array): Uint8Array | null {
  if (!timingSafeEqual(createHmac('sha256', key.subarray(0, 16)).update(signed).digest(), mac)) return null
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), iv)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}
