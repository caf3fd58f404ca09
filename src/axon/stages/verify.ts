import type { Route } from '../../plugin/dialect.js'
import type { NonceStore } from '../../store/nonce-store.js'
import { Refusal } from '../../wires/refusal.js'
import type { Claim, Proof, Wire } from '../../wires/wire.js'
import type { ClaimCounts } from '../state/claim-counts.js'
import type { FailedProofs } from '../state/failed-proofs.js'
import { addressKey } from '../state/rate-limiter.js'
import type { Holder } from '../state/shares.js'
import type { SignatureQueue } from '../state/signature-queue.js'
import { requireFresh } from './fresh.js'
import { isPermitted, type Screened } from './screen.js'

declare const verified: unique symbol

/**
 * A claim that its hotkey signed, for us, just now, and once; or any claim on a route that takes unsigned calls. Only
 * `verify` makes one.
 */
export type VerifiedCall<C extends Claim = Claim> = Screened & {
  readonly claim: C
  readonly route: Route
  /** that signed; null on a route that takes unsigned calls */
  readonly hotkey: string | null
  readonly [verified]: true
}

/** What a proof is held against. */
export type Verification = {
  /** our own hotkey: a signature for another receiver does not count */
  readonly receiver: string
  readonly checks: SignatureQueue
  readonly failedProofs: FailedProofs
  readonly claims: ClaimCounts
  readonly nonces: NonceStore
  /** whether the nonces of a dendrite must rise; else they come in any order, each once */
  readonly rising: boolean
  /** whether legacy nonces count */
  readonly legacyNonces: boolean
  readonly now: () => number
}

type Unverified<C extends Claim> = {
  readonly wire: Wire<C>
  readonly claim: C
  readonly route: Route
  readonly screened: Screened
  /** the caller's */
  readonly address: string
  /** what the caller counts for until it is proven */
  readonly network: Holder
  /** whether a hotkey has proven itself on the connection of the request */
  readonly hasProven: (hotkey: string) => boolean
  /** called once the signature holds, before the nonce is spent; `at` is in epoch milliseconds */
  readonly onProven: (hotkey: string, at: number) => void
  readonly signal: AbortSignal
}

/**
 * Proves a claim, unless its route takes unsigned calls. The cheap checks come first, then the signature, and only a
 * signed nonce is spent, so that no caller can spend another's. The nonces of strangers are counted by address, because
 * anyone can create hotkeys.
 *
 * @throws {Refusal} NOT_VERIFIED · TOO_MANY_NONCES · NONCE_STORE_FULL · LEGACY_STORE_FULL · NONCE_STORE_FAILED ·
 *   NONCES_UNKNOWN · STANDINGS_UNKNOWN · TOO_MANY_FAILED_PROOFS · CHECKS_FULL
 */
export async function verify<C extends Claim>(
  { receiver, checks, failedProofs, claims, nonces, rising, legacyNonces, now }: Verification,
  { wire, claim, route, screened, address, network, hasProven, onProven, signal }: Unverified<C>,
): Promise<VerifiedCall<C>> {
  const verifiedCall = (hotkey: string | null) => ({ ...screened, claim, route, hotkey }) as VerifiedCall<C>
  if (route.auth === 'none') return verifiedCall(null)
  const proof = proofOf(wire, claim, { receiver, address, claims })
  const { isStranger, standing } = screened
  requireFresh(proof, now(), { nonces, mayBeLegacy: legacyNonces, isStranger, standing })
  if (nonces.has(proof)) throw seenBefore()
  const { hotkey } = proof
  const isProvenHere = hasProven(hotkey)
  const holder: Holder = isProvenHere ? { kind: 'hotkey', name: hotkey } : network
  const claimant = { address, hotkey, isProvenHere, isKnown: !isStranger }
  const check = { hotkey, text: proof.text, signature: proof.signature, isPreferred: isPermitted(screened) }
  const holds = await failedProofs.check(claimant, () => checks.check(check, { holder, signal }))
  if (!holds) throw new Refusal('NOT_VERIFIED', 'Signature mismatch')
  const provenAt = now()
  onProven(hotkey, provenAt)
  const caller = { countedAs: isStranger ? addressKey(address) : proof.hotkey, isStranger }
  const nonce = { ...proof, sequence: rising ? proof.sequence : null }
  if (!(await nonces.spend(nonce, caller, provenAt))) throw seenBefore()
  return verifiedCall(proof.hotkey)
}

/** Counts a claim whose signature is missing or malformed, too. */
function proofOf<C extends Claim>(
  wire: Wire<C>,
  claim: C,
  { receiver, address, claims }: { receiver: string; address: string; claims: ClaimCounts },
): Proof {
  try {
    return wire.proof(claim, receiver)
  } catch (error) {
    if (claim.hotkey !== null) claims.add(claim.hotkey, address, 'forged')
    throw error
  }
}

// The text is the SDK's own, as in `fresh.ts`.
function seenBefore(): Refusal {
  return new Refusal('NOT_VERIFIED', 'Nonce is too old, a newer one was last processed')
}
