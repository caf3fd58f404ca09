import { KeyError } from '../keys/key-error.js'
import { type Keypair, keypairFromMiniSecret, keypairFromPrivateKey } from '../keys/keypair.js'
import { WalletError } from './wallet-error.js'

/**
 * Parses an unencrypted keyfile: JSON with `secretPhrase`, `secretSeed` or `privateKey`. btwallet reads the first of them
 * in this order, SDK 6 the seed before the phrase. Here the public key and the address in the file decide: the key is that
 * of the first secret that they belong to. In a file with neither, it is that of the first secret.
 *
 * @param file the path that errors name
 * @throws {WalletError} KEYFILE_MALFORMED · KEYFILE_CRYPTO_UNSUPPORTED · KEYFILE_PUBLIC_ONLY · KEYFILE_MISMATCH
 * @see opentensor/btwallet src/keyfile.rs, `deserialize_keypair_from_keyfile_data`
 * @see opentensor/bittensor 6.1.0 bittensor/keyfile.py, `deserialize_keypair_from_keyfile_data`
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
  const stated = { publicKey: text('publicKey'), address: text('ss58Address') }
  const secrets = secretFields.map(field => ({ field, secret: text(field) }))
  return firstOf(secrets.filter(isPresent), stated, file)
}

const SR25519 = 1

const secretFields = ['secretPhrase', 'secretSeed', 'privateKey'] as const
type SecretField = (typeof secretFields)[number]

type Secret = { readonly field: SecretField; readonly secret: string }

function isPresent(found: { readonly field: SecretField; readonly secret: string | null }): found is Secret {
  return found.secret !== null
}

/** What a keyfile says of its public half. */
type Stated = { readonly publicKey: string | null; readonly address: string | null }

function readFields(bytes: Uint8Array, file: string): Record<string, unknown> {
  let fields: unknown
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Drop the cause: the message of a SyntaxError quotes the text, which is a secret here.
    if (isBarePublicKey(bytes)) throw bareKey(file)
    throw malformed(file, 'it is not JSON')
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw malformed(file, 'it is not a JSON object')
  }
  return fields as Record<string, unknown>
}

/**
 * Returns whether a file is `0x` and 64 hex digits, which SDK 6 reads as a public key. SDK 11 reads it as a seed, but a key
 * that may be public must not become a secret.
 */
function isBarePublicKey(bytes: Uint8Array): boolean {
  return /^0x[0-9a-f]{64}$/i.test(Buffer.from(bytes).toString('latin1').trim())
}

/** Returns the key of the first secret that fits what the file states, or of the first one if it states nothing. */
async function firstOf(secrets: readonly Secret[], stated: Stated, file: string): Promise<Keypair> {
  const isStated = stated.publicKey !== null || stated.address !== null
  const others: Keypair[] = []
  const faults: KeyError[] = []
  for (const secret of isStated ? secrets : secrets.slice(0, 1)) {
    try {
      const pair = await keypairOf(secret, isStated)
      if (fits(pair, stated)) return pair
      others.push(pair)
    } catch (error) {
      if (!(error instanceof KeyError)) throw error
      faults.push(error)
    }
  }
  const [other] = others
  if (other) throw mismatch(file, other)
  const [fault] = faults
  throw fault ? malformed(file, fault.message, fault) : publicOnly(file)
}

async function keypairOf({ field, secret }: Secret, isStated: boolean): Promise<Keypair> {
  switch (field) {
    case 'secretPhrase': {
      const { miniSecret } = await import('../keys/mini-secret.js')
      return keypairFromMiniSecret(miniSecret(secret))
    }
    case 'secretSeed':
      return keypairFromMiniSecret((isStated && rawSeed(secret)) || fromHex(secret))
    case 'privateKey':
      return keypairFromPrivateKey(fromHex(secret))
  }
}

/**
 * Returns the bytes of a seed that btwallet wrote as text, because they happen to be UTF-8; null: it is not one. Only to be
 * believed when the file says which public key must come out, because a damaged seed can look like one.
 * @see opentensor/btwallet src/keyfile.rs, `serialized_keypair_to_keyfile_data`
 */
function rawSeed(text: string): Uint8Array | null {
  const seed = Buffer.from(text.replace(/^0x/, ''))
  return seed.length === 32 ? seed : null
}

function fits(pair: Keypair, { publicKey, address }: Stated): boolean {
  const known = Buffer.from(pair.publicKey).toString('hex')
  return (
    (publicKey === null || publicKey.toLowerCase().replace(/^0x/, '') === known) &&
    (address === null || address === pair.address)
  )
}

/** Decodes hex. Invalid hex decodes to no bytes, which the caller then rejects. */
function fromHex(text: string): Uint8Array {
  // SDKs with a substrate-interface before 1.3 wrote `0x` twice, when they were given a seed with `0x`.
  return Buffer.from(/^(?:0x)*((?:[0-9a-f]{2})*)$/i.exec(text)?.[1] ?? '', 'hex')
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

function publicOnly(file: string): WalletError {
  return new WalletError('KEYFILE_PUBLIC_ONLY', `${file} holds only the public half of a hotkey and cannot sign`, {
    hint: 'copy the hotkey file itself here, or regenerate it with btcli wallet regen-hotkey',
  })
}

function bareKey(file: string): WalletError {
  return new WalletError('KEYFILE_PUBLIC_ONLY', `${file} holds only 64 hex digits, which SDK 6 reads as a public key`, {
    hint: 'copy the hotkey file itself here; if this is its seed, make the file with btcli wallet regen-hotkey --seed',
  })
}

function mismatch(file: string, { address }: Keypair): WalletError {
  const message = `the secret in ${file} belongs to ${address}, not to the public key or address in the file`
  return new WalletError('KEYFILE_MISMATCH', message, {
    hint: 'the file was changed or damaged: regenerate it from its phrase with btcli wallet regen-hotkey',
  })
}
