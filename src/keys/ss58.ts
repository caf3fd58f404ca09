import { hash } from 'node:crypto'
import { base58 } from '@scure/base'
import { BoundedMap } from './bounded-map.js'
import { KeyError } from './key-error.js'

/**
 * Decodes an ss58 address of Bittensor, network prefix 42.
 * Base58 without leading zero bytes has one spelling for each value, so an address that decodes also encodes to itself.
 *
 * @returns the public key, 32 bytes; not checked to be a point of the curve
 * @throws {KeyError} SS58_MALFORMED · SS58_CHECKSUM · SS58_PREFIX
 * @see polkadot-sdk substrate/primitives/core/src/crypto.rs, `Ss58Codec::from_ss58check_with_version`
 */
export function decodeAddress(address: string): Uint8Array {
  const known = decoded.get(address)
  if (known) return known.slice()
  const publicKey = decode(address)
  decoded.set(address, publicKey)
  return publicKey.slice()
}

// Decoding costs ten times a lookup here, and an axon decodes the same addresses on every request. The bound is twenty
// times the hotkeys of a subnet. Made-up addresses can evict real ones, which then cost one more decoding.
const decoded = new BoundedMap<Uint8Array>(5_000)

function decode(address: string): Uint8Array {
  // Base58 decoding takes quadratic time, so reject impossible lengths first.
  if (address.length < 46 || address.length > 50) throw malformed(`has ${address.length} characters instead of 48`)
  const bytes = fromBase58(address)
  const body = bytes.subarray(0, -CHECKSUM_BYTES)
  if (Buffer.compare(bytes.subarray(-CHECKSUM_BYTES), checksum(body)) !== 0) {
    throw new KeyError(
      'SS58_CHECKSUM',
      'the address has a wrong checksum',
      'copy it again: at least one character is wrong',
    )
  }
  if (bytes[0] !== PREFIX || body.length !== 33) {
    throw new KeyError(
      'SS58_PREFIX',
      'the address is not of network prefix 42',
      'use the form that begins with 5, as btcli prints it',
    )
  }
  return body.slice(1)
}

/**
 * Encodes a public key as an ss58 address.
 *
 * @param publicKey 32 bytes
 * @param prefix of the network, below 64; by default 42, Bittensor's
 */
export function encodeAddress(publicKey: Uint8Array, prefix = PREFIX): string {
  const bytes = new Uint8Array(1 + publicKey.length + CHECKSUM_BYTES)
  bytes[0] = prefix
  bytes.set(publicKey, 1)
  bytes.set(checksum(bytes.subarray(0, -CHECKSUM_BYTES)), 1 + publicKey.length)
  return base58.encode(bytes)
}

/** Returns whether {@link decodeAddress} decodes this text. */
export function isAddress(text: string): boolean {
  try {
    decodeAddress(text)
    return true
  } catch {
    return false // callers of this function do not need the reason
  }
}

const PREFIX = 42
const CONTEXT = Buffer.from('SS58PRE')
const CHECKSUM_BYTES = 2

function checksum(body: Uint8Array): Uint8Array {
  return hash('blake2b512', Buffer.concat([CONTEXT, body]), 'buffer').subarray(0, CHECKSUM_BYTES)
}

function fromBase58(address: string): Uint8Array {
  try {
    return base58.decode(address)
  } catch {
    throw malformed('has a character that is not base58')
  }
}

function malformed(what: string): KeyError {
  return new KeyError(
    'SS58_MALFORMED',
    `the address ${what}`,
    'an ss58 address begins with 5 and has 48 letters and digits',
  )
}
