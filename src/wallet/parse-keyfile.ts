import { KeyError } from '../keys/key-error.js'
import { type Keypair, keypairFromMiniSecret, keypairFromPrivateKey } from '../keys/keypair.js'
import { WalletError } from './wallet-error.js'

/**
 * Parses an unencrypted keyfile: JSON with `secretPhrase`, `secretSeed` or `privateKey`, of which it reads the first
 * present, as btwallet does. The resulting key must match the public key and the address in the file.
 *
 * @param file the path that errors name
 * @throws {WalletError} KEYFILE_MALFORMED · KEYFILE_CRYPTO_UNSUPPORTED · KEYFILE_PUBLIC_ONLY · KEYFILE_MISMATCH
 * @see opentensor/btwallet src/keyfile.rs, `deserialize_keypair_from_keyfile_data`
 */
export async function parseKeyfile(bytes: Uint8Array, file: string): Promise<Keypair> {
  const fields = readFields(bytes, file)
  // Keyfiles older than btwallet 4.1 have no crypto type, and are sr25519.
  const cryptoType = fields.cryptoType ?? SR25519
  if (cryptoType !== SR25519) throw unsupported(file, cryptoType)

  const text = (field: string): string | null => {
    const value = fields[field] ?? null
    if (value !== null && typeof value !== 'string') throw malformed(file, `${field} is not a string`)
    return value
  }
  const pair = await keypairOf({
    phrase: text('secretPhrase'),
    seed: text('secretSeed'),
    privateKey: text('privateKey'),
    file,
  })
  const publicKey = Buffer.from(pair.publicKey).toString('hex')
  const stated = { publicKey: text('publicKey'), address: text('ss58Address') }
  if (
    (stated.publicKey !== null && stated.publicKey.toLowerCase().replace(/^0x/, '') !== publicKey) ||
    (stated.address !== null && stated.address !== pair.address)
  ) {
    const message = `the secret in ${file} belongs to ${pair.address}, not to the public key or address in the file`
    throw new WalletError('KEYFILE_MISMATCH', message, {
      hint: 'the file was changed or damaged: regenerate it from its phrase with btcli wallet regen-hotkey',
    })
  }
  return pair
}

const SR25519 = 1

function readFields(bytes: Uint8Array, file: string): Record<string, unknown> {
  let fields: unknown
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Drop the cause: the message of a SyntaxError quotes the text, which is a secret here.
    throw malformed(file, 'it is not JSON')
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw malformed(file, 'it is not a JSON object')
  }
  return fields as Record<string, unknown>
}

type Secrets = { phrase: string | null; seed: string | null; privateKey: string | null; file: string }

async function keypairOf({ phrase, seed, privateKey, file }: Secrets): Promise<Keypair> {
  try {
    if (phrase !== null) {
      const { miniSecret } = await import('../keys/mini-secret.js')
      return keypairFromMiniSecret(miniSecret(phrase))
    }
    if (seed !== null) return keypairFromMiniSecret(fromHex(seed))
    if (privateKey !== null) return keypairFromPrivateKey(fromHex(privateKey))
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause
    throw malformed(file, cause.message, cause)
  }
  throw new WalletError('KEYFILE_PUBLIC_ONLY', `${file} holds only the public half of a hotkey and cannot sign`, {
    hint: 'copy the hotkey file itself here, or regenerate it with btcli wallet regen-hotkey',
  })
}

/** Decodes hex. Invalid hex decodes to no bytes, which the caller then rejects. */
function fromHex(text: string): Uint8Array {
  return Buffer.from(/^(?:0x)?((?:[0-9a-f]{2})*)$/i.exec(text)?.[1] ?? '', 'hex')
}

function malformed(file: string, what: string, cause?: KeyError): WalletError {
  return new WalletError('KEYFILE_MALFORMED', `${file} is not a valid keyfile: ${what}`, {
    hint: 'regenerate it from its phrase with btcli wallet regen-hotkey',
    cause,
  })
}

function unsupported(file: string, cryptoType: unknown): WalletError {
  const what = cryptoType === 0 ? 'an ed25519 key' : 'a key of an unknown type'
  return new WalletError('KEYFILE_CRYPTO_UNSUPPORTED', `${file} holds ${what}`, {
    hint: 'axons sign with sr25519: register an sr25519 hotkey, which btcli wallet new-hotkey creates by default',
  })
}
