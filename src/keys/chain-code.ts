import { blake2b } from '@noble/hashes/blake2.js'

/**
 * Returns the chain code of one part of a derivation path: its SCALE encoding, padded with zeros to 32 bytes, or the
 * blake2b-256 hash of that encoding if it is longer. A part that Rust parses as a u64 is a number (`007` and `+7` are
 * 7).
 *
 * @param part without its slashes; at most 16,383 bytes of UTF-8
 * @see polkadot-sdk substrate/primitives/core/src/crypto.rs, `DeriveJunction`
 */
export function chainCode(part: string): Uint8Array {
  const encoded = encode(part)
  if (encoded.length > 32) return blake2b(encoded, { dkLen: 32 })
  const code = new Uint8Array(32)
  code.set(encoded)
  return code
}

function encode(part: string): Uint8Array {
  if (/^\+?\d+$/.test(part) && BigInt(part) < 2n ** 64n) {
    const number = Buffer.alloc(8)
    number.writeBigUInt64LE(BigInt(part))
    return number
  }
  const text = Buffer.from(part)
  return Buffer.concat([compactLength(text.length), text])
}

// A SCALE compact integer: the lowest two bits encode how many bytes it has.
function compactLength(length: number): Uint8Array {
  return length < 64 ? Uint8Array.of(length << 2) : Uint8Array.of(((length & 0x3f) << 2) | 1, length >> 6)
}
