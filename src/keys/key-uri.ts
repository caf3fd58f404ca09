import {
  sr25519_derive_keypair_hard,
  sr25519_derive_keypair_soft,
  sr25519_keypair_from_seed,
} from '@polkadot-labs/schnorrkel-wasm'
import { chainCode } from './chain-code.js'
import { KeyError } from './key-error.js'
import { type Keypair, keypairFromPair } from './keypair.js'

/**
 * Derives the key of a URI: a phrase of 12 to 24 words or `0x` and 64 hex digits, then `//hard` and `/soft` parts, then
 * `///password`. A URI without a phrase, such as `//Alice`, uses the public development phrase.
 *
 * @throws {KeyError} URI_MALFORMED · PHRASE_LENGTH · PHRASE_WORD · PHRASE_CHECKSUM
 * @see polkadot-sdk substrate/primitives/core/src/address_uri.rs and crypto.rs, `Pair::from_string`
 */
export async function keypairFromUri(uri: string): Promise<Keypair> {
  const found = uri.length > MAX_LENGTH ? null : URI.exec(uri)
  if (uri === '' || found === null) throw malformed('the key URI is malformed')
  const { root = '', path = '', password } = found.groups!

  let pair = sr25519_keypair_from_seed(await seed(root, password))
  for (const [, slashes, part] of path.matchAll(PART)) {
    const derive = slashes === '//' ? sr25519_derive_keypair_hard : sr25519_derive_keypair_soft
    pair = derive(pair, chainCode(part!))
  }
  return keypairFromPair(pair)
}

const MAX_LENGTH = 4096
const URI = /^(?<root>[a-zA-Z0-9 ]*)(?<path>(?:\/\/?[^/]+)*)(?:\/\/\/(?<password>[^\n]*))?$/
const PART = /(\/\/?)([^/]+)/g

/** As in substrate, the password applies to a phrase only: a seed is used unchanged. */
async function seed(root: string, password: string | undefined): Promise<Uint8Array> {
  if (root.startsWith('0x')) {
    if (!/^0x[0-9a-fA-F]{64}$/.test(root)) throw malformed('the seed of the key URI is not 0x and 64 hex digits')
    return Buffer.from(root.slice(2), 'hex')
  }
  const { miniSecret } = await import('./mini-secret.js')
  return miniSecret(root === '' ? DEVELOPMENT_PHRASE : root, password)
}

// polkadot-sdk substrate/primitives/core/src/crypto.rs, DEV_PHRASE
const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk'

function malformed(what: string): KeyError {
  return new KeyError(
    'URI_MALFORMED',
    what,
    'write //Alice, or a phrase, or 0x and 64 hex digits, then //hard/soft///password',
  )
}
