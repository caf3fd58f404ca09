import { randomBytes } from 'node:crypto'
import { isPublicKey } from '#dist/keys/public-key.js'
import type { Signed } from '#dist/keys/verifier.js'

export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/** What makes of a good signature one that would make the library panic. */
export const attacks: Readonly<Record<string, (good: Signed) => Signed>> = {
  'signatures without the marker bit': good => ({ ...good, signature: without(randomBytes(64), 0x80) }),
  'signatures with s at or above the order': good => ({
    ...good,
    signature: withS(good.signature, ORDER + BigInt(`0x${randomBytes(31).toString('hex')}`)),
  }),
  'keys at random, some of which decode': good => ({ ...good, publicKey: randomBytes(32) }),
  'keys that do not decode': good => ({ ...good, publicKey: undecodable() }),
}

/** The signature with s in place of its own, the marker bit set. */
export function withS(signature: Uint8Array, s: bigint): Uint8Array {
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()
  bytes[31]! |= 0x80
  return Buffer.concat([signature.subarray(0, 32), bytes])
}

/** The signature with one bit of its last byte cleared. */
export function without(signature: Uint8Array, bit: number): Uint8Array {
  return signature.with(63, signature[63]! & ~bit)
}

function undecodable(): Uint8Array {
  for (;;) {
    const key = randomBytes(32)
    if (!isPublicKey(key)) return key
  }
}
