import { Refusal } from '../../wires/refusal.js'
import type { Claim, Proof, Wire } from '../../wires/wire.js'
import type { RisingNonces } from '../state/rising-nonces.js'
import type { SignatureQueue } from '../state/signature-queue.js'
import type { SpentNonces } from '../state/spent-nonces.js'

declare const proven: unique symbol

/** A claim whose hotkey did sign it, for us, just now, once. Only `verify` makes one. */
export type SignedCall<C extends Claim = Claim> = {
  readonly claim: C
  readonly hotkey: string
  readonly [proven]: true
}

/** What a proof is held against. */
export type Verification = {
  /** our own hotkey: what is signed for another is not signed for us */
  readonly receiver: string
  readonly checks: SignatureQueue
  readonly nonces: SpentNonces
  /** where the dialect wants nonces to go up; null: in any order, each once */
  readonly rising: RisingNonces | null
  readonly now: () => number
}

/**
 * Proves a claim. The cheap questions come first, the signature after them, and only what is signed is remembered,
 * so that nobody can spend another's nonce.
 *
 * @throws {Refusal} NOT_VERIFIED · TOO_MANY_NONCES · NONCE_STORE_FULL · CHECKS_FULL
 */
export async function verify<C extends Claim>(
  { receiver, checks, nonces, rising, now }: Verification,
  wire: Wire<C>,
  claim: C,
  signal: AbortSignal,
): Promise<SignedCall<C>> {
  const proof = wire.proof(claim, receiver)
  fresh(proof, now(), nonces.floorNs)
  if (nonces.has(proof)) throw seenBefore()
  if (!(await checks.check(proof, signal))) throw new Refusal('NOT_VERIFIED', 'Signature mismatch')
  if (!nonces.spend(proof, now()) || rising?.rises(proof) === false) throw seenBefore()
  return { claim, hotkey: proof.hotkey } as SignedCall<C>
}

// The texts are the SDK's own (opentensor/bittensor bittensor/core/axon.py default_verify, utils/axon_utils.py).
function fresh({ signedAtNs, maxAgeMs, maxAheadMs }: Proof, nowMs: number, floorNs: bigint): void {
  const ageMs = nowMs - Number(signedAtNs) / 1e6
  const seconds = (ms: number) => (ms / 1000).toFixed(2)
  if (ageMs > maxAgeMs) {
    const delta = `acceptable delta is ${seconds(maxAgeMs)} seconds but request was ${seconds(ageMs)} seconds old`
    throw new Refusal('NOT_VERIFIED', `Nonce is too old: ${delta}`)
  }
  if (-ageMs > maxAheadMs) {
    const delta = `acceptable delta is ${seconds(maxAheadMs)} seconds but request was ${seconds(-ageMs)} seconds ahead`
    throw new Refusal('NOT_VERIFIED', `Nonce is in the future: ${delta}`)
  }
  if (signedAtNs <= floorNs) throw new Refusal('NOT_VERIFIED', 'Nonce is too old, it was signed before this axon began')
}

function seenBefore(): Refusal {
  return new Refusal('NOT_VERIFIED', 'Nonce is too old, a newer one was last processed')
}
