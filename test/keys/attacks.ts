import { randomBytes } from 'node:crypto'
import type { Signed } from '#dist/keys/verifier.js'
import { isPublicKey } from '../support/public-key.ts'

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

// RFC 9496, appendix A.3: encodings that have to be refused.
export const BAD_KEYS = `
00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
0100000000000000000000000000000000000000000000000000000000000000
01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20
c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562
26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371
4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f
`
  .trim()
  .split('\n')
