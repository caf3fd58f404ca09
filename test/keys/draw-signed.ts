import { ristretto255 } from '@noble/curves/ed25519.js'
import { keypairFromMiniSecret } from '#dist/keys/keypair.js'
import type { Signed } from '#dist/keys/verifier.js'
import { pick, random } from '../support/random.ts'
import { BAD_KEYS, ORDER, withS } from './attacks.ts'

type Random = () => number

/** Returns a signature that may hold or not, with its kind. The same for the same seed and number. */
export function drawSigned(seed: number, at: number): { readonly kind: string; readonly signed: Signed } {
  const next = random(seed, at)
  const good = drawGood(next)
  if (next() < 0.4) return { kind: 'good', signed: good }
  const [kind, change] = pick(Object.entries(CHANGES), next)
  return { kind, signed: change(good, next) }
}

/** More than there are tables, so that some lose theirs in a long run. */
const keypairs = Array.from({ length: 300 }, (_, at) => {
  const seed = Buffer.alloc(32)
  seed.writeUInt32LE(at)
  return keypairFromMiniSecret(seed)
})

function drawGood(next: Random): Signed {
  // In half of the cases one of a few, which get a table soon.
  const { publicKey, sign } = next() < 0.5 ? keypairs[Math.floor(next() * 20)]! : pick(keypairs, next)
  const text = bytes(Math.floor(next() ** 3 * 400), next)
  return { publicKey, text, signature: sign(text) }
}

const CHANGES: Readonly<Record<string, (good: Signed, next: Random) => Signed>> = {
  'a bit of R': (good, next) => ({ ...good, signature: flipped(good.signature, next, [0, 32]) }),
  'a bit of s': (good, next) => ({ ...good, signature: flipped(good.signature, next, [32, 64]) }),
  'a bit of the key': (good, next) => ({ ...good, publicKey: flipped(good.publicKey, next, [0, 32]) }),
  'a bit of the text': (good, next) => ({ ...good, text: good.text.length ? flipped(good.text, next) : Buffer.of(0) }),
  'another key': (good, next) => ({ ...good, publicKey: pick(keypairs, next).publicKey }),
  'a key at random': (good, next) => ({ ...good, publicKey: bytes(32, next) }),
  'a key that is no point': (good, next) => ({ ...good, publicKey: Buffer.from(pick(BAD_KEYS, next), 'hex') }),
  'all at random': (good, next) => ({ ...good, signature: bytes(64, next) }),
  'R at random': (good, next) => ({
    ...good,
    signature: Buffer.concat([bytes(32, next), good.signature.subarray(32)]),
  }),
  'R that is no point': (good, next) => ({
    ...good,
    signature: Buffer.concat([Buffer.from(pick(BAD_KEYS, next), 'hex'), good.signature.subarray(32)]),
  }),
  'no marker': good => ({ ...good, signature: good.signature.with(63, good.signature[63]! & 0x7f) }),
  's and the order': good => ({ ...good, signature: withS(good.signature, sOf(good.signature) + ORDER) }),
  's negated': good => ({ ...good, signature: withS(good.signature, ORDER - sOf(good.signature)) }),
  's at an edge': (good, next) => ({
    ...good,
    signature: withS(good.signature, pick([0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n, 2n ** 255n - 1n], next)),
  }),
  'the identity as the key': (good, next) => {
    const s = 1n + BigInt(Math.floor(next() * 2 ** 50))
    const r = ristretto255.Point.BASE.multiply(s).toBytes()
    return { ...good, publicKey: new Uint8Array(32), signature: withS(r, s) }
  },
  'R the identity': good => ({ ...good, signature: withS(new Uint8Array(32), sOf(good.signature)) }),
  'a text in <Bytes>': good => {
    const { sign } = keypairs.find(({ publicKey }) => publicKey === good.publicKey)!
    return { ...good, signature: sign(Buffer.concat([Buffer.from('<Bytes>'), good.text, Buffer.from('</Bytes>')])) }
  },
  'a length that is wrong': (good, next) => {
    const part = pick(['publicKey', 'signature'] as const, next)
    return { ...good, [part]: bytes(Math.floor(next() * 130), next) }
  },
}

function sOf(signature: Uint8Array): bigint {
  const s = Buffer.from(signature.subarray(32)).reverse()
  s[0]! &= 0x7f
  return BigInt(`0x${s.toString('hex')}`)
}

function flipped(of: Uint8Array, next: Random, [from, to] = [0, of.length]): Uint8Array {
  const at = from + Math.floor(next() * (to - from))
  return of.with(at, of[at]! ^ (1 << Math.floor(next() * 8)))
}

function bytes(length: number, next: Random): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(next() * 256))
}
