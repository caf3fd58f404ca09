import type { NonceStore } from '../../store/nonce-store.js'
import { requireKnown } from '../../store/unknown-time.js'
import { Refusal } from '../../wires/refusal.js'
import type { LegacyDendrite, Proof } from '../../wires/wire.js'
import { type Screened, standingUnknown } from './screen.js'

/** What decides whether a nonce is fresh. */
type Freshness = Pick<Screened, 'standing' | 'isStranger'> & {
  readonly nonces: Pick<NonceStore, 'floorNs' | 'unknownUntilMs'>
  /** whether the operator lets legacy nonces count */
  readonly mayBeLegacy: boolean
}

/**
 * Refuses a nonce whose time is over, or has not come, and a legacy nonce unless it may count.
 *
 * @throws {Refusal} NOT_VERIFIED · NONCES_UNKNOWN · STANDINGS_UNKNOWN of a legacy nonce
 */
export function requireFresh(proof: Proof, nowMs: number, freshness: Freshness): void {
  const { legacy, signedAtNs } = proof
  const { floorNs, unknownUntilMs } = freshness.nonces
  if (legacy) requireLegacy(legacy, nowMs, freshness)
  else requireInTime(proof, nowMs, floorNs)
  requireKnown(legacy ? null : signedAtNs, { nowMs, unknownUntilMs })
}

// The first text is the SDK's own (opentensor/bittensor bittensor/core/axon.py default_verify, utils/axon_utils.py).
function requireInTime({ signedAtNs, maxAgeMs, maxAheadMs }: Proof, nowMs: number, floorNs: bigint): void {
  const ageMs = nowMs - Number(signedAtNs) / 1e6
  const seconds = (ms: number) => (ms / 1000).toFixed(2)
  if (ageMs > maxAgeMs) {
    const delta = `acceptable delta is ${seconds(maxAgeMs)} seconds but request was ${seconds(ageMs)} seconds old`
    throw notVerified(`Nonce is too old: ${delta}`)
  }
  if (-ageMs > maxAheadMs) {
    const delta = `acceptable delta is ${seconds(maxAheadMs)} seconds but request was ${seconds(-ageMs)} seconds ahead`
    throw notVerified(`Nonce is in the future: ${delta}`)
  }
  if (signedAtNs <= floorNs) throw notVerified('Nonce is too old, it was signed before this axon began')
}

/**
 * How far ahead of our clock a dendrite may be made. A hotkey whose newest dropped dendrite is ahead has to wait for that time
 * before a new one is let in, so this bounds what a wrong clock costs its owner.
 */
const MAX_MADE_AHEAD_MS = 3_600_000

/** Strangers are refused, because a legacy nonce is remembered for good, and anyone can make hotkeys. */
function requireLegacy(
  { madeAtNs }: LegacyDendrite,
  nowMs: number,
  { mayBeLegacy, standing, isStranger }: Freshness,
): void {
  if (!mayBeLegacy)
    throw notVerified(
      'Nonce is too old: it counts from the boot of the caller, as in SDK 6.0 to 7.1, which this axon answers only with --legacy-nonces',
    )
  if (isStranger && standing === 'unknown') throw standingUnknown()
  if (isStranger)
    throw notVerified(
      'Nonce is too old: it counts from the boot of the caller, as in SDK 6.0 to 7.1, and this hotkey is not registered',
    )
  if (Number(madeAtNs / 1_000_000n) > nowMs + MAX_MADE_AHEAD_MS)
    throw notVerified('Nonce is in the future: its uuid says that the dendrite was made more than an hour ahead')
}

function notVerified(why: string): Refusal {
  return new Refusal('NOT_VERIFIED', why)
}
