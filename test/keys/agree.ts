import { inspect } from 'node:util'
import { verify as verifyByScure } from '@scure/sr25519'
import { loadSignatureLibrary } from '#dist/keys/signature-library.js'
import type { SignatureVerifier, Signed } from '#dist/keys/verifier.js'
import { random } from '../support/random.ts'
import { verifyBySchnorrkel } from '../support/schnorrkel-verifier.ts'
import { drawSigned } from './draw-signed.ts'

/** How often each kind was drawn, and how often it held. */
export type Tally = Map<string, { readonly drawn: number; readonly held: number }>

type Cases = {
  readonly seed: number
  readonly from: number
  readonly to: number
  /** of so many cases, one is given to a third library, which takes milliseconds */
  readonly every: number
  /** counts the cases */
  readonly tally: Tally
}

/**
 * Checks signatures in batches of 1 to 64, and compares each verdict with that of other libraries, and with that of a check
 * without tables.
 *
 * @throws {Error} for the first one that differs, with its seed and number
 */
export function agree({ verify }: SignatureVerifier, { seed, from, to, every, tally }: Cases): void {
  const next = random(seed, 'batches', from)
  for (let at = from; at < to; ) {
    const size = Math.min(1 + Math.floor(next() * 64), to - at)
    const batch = Array.from({ length: size }, (_, place) => drawSigned(seed, at + place))
    const verdicts = verify(batch.map(({ signed }) => signed))
    const untabled = checkUntabled(batch.map(({ signed }) => signed))
    for (const [place, { kind, signed }] of batch.entries()) {
      const number = at + place
      const holds = verdicts[place]
      const others = [
        untabled.get(signed) ?? false,
        verifyBySchnorrkel(signed),
        ...(number % every === 0 ? [thirdOpinion(signed)] : []),
      ]
      if (others.some(other => other !== holds)) {
        const verdict = `ours ${holds}, others ${others.join(', ')}`
        throw new Error(`case ${number} of seed ${seed}, ${kind}: ${verdict}: ${inspect(signed)}`)
      }
      const { drawn, held } = tally.get(kind) ?? { drawn: 0, held: 0 }
      tally.set(kind, { drawn: drawn + 1, held: held + Number(holds) })
    }
    at += size
  }
}

function checkUntabled(batch: readonly Signed[]): ReadonlyMap<Signed, boolean> {
  const sound = batch.filter(({ publicKey, signature }) => publicKey.length === 32 && signature.length === 64)
  const verdicts = library.check(sound.map(signed => ({ ...signed, table: null })))
  return new Map(sound.map((signed, at) => [signed, verdicts[at]!]))
}

const library = loadSignatureLibrary()

function thirdOpinion({ publicKey, text, signature }: Signed): boolean {
  const over = (message: Uint8Array) => {
    try {
      return verifyByScure(message, signature, publicKey)
    } catch {
      return false // it throws for bytes that are no key or no signature
    }
  }
  const isIdentity = publicKey.every(byte => byte === 0)
  return !isIdentity && (over(text) || over(Buffer.concat([Buffer.from('<Bytes>'), text, Buffer.from('</Bytes>')])))
}
