import { Refusal } from '../wires/refusal.js'
import type { NonceStore, StorePause } from './nonce-store.js'
import type { StoreEvent } from './store-events.js'

/**
 * How long a store that may have forgotten nonces spends none: as far as a nonce may be ahead of the clock. What was
 * forgotten was signed before the end of this time.
 */
export const UNKNOWN_MS = 4_000

/**
 * Refuses a nonce that a store may have forgotten, and each one until the store can tell.
 *
 * @param signedAtNs null for a legacy nonce, which only has to come late enough
 * @param times epoch milliseconds; `unknownUntilMs` as in `NonceStore`
 * @throws {Refusal} NONCES_UNKNOWN
 */
export function requireKnown(
  signedAtNs: bigint | null,
  { nowMs, unknownUntilMs }: { readonly nowMs: number; readonly unknownUntilMs: number },
): void {
  const isKnown = signedAtNs === null || signedAtNs > BigInt(unknownUntilMs) * 1_000_000n
  if (nowMs >= unknownUntilMs && isKnown) return
  const waitSeconds = Math.max(1, Math.ceil((unknownUntilMs - nowMs) / 1000))
  throw new Refusal('NONCES_UNKNOWN', '', { headers: [['retry-after', String(waitSeconds)]] })
}

/** Returns why a store refuses all callers; null: it does not, or for less than the 4 s that callers may be ahead. */
export function pauseOf(
  { floorNs, unknownUntilMs }: Pick<NonceStore, 'floorNs' | 'unknownUntilMs'>,
  nowMs: number,
): StorePause | null {
  const floorMs = Number(floorNs / 1_000_000n)
  if (floorMs > nowMs + UNKNOWN_MS) return { why: 'clockSetBack', until: floorMs }
  return unknownUntilMs > nowMs ? { why: 'unknown', until: unknownUntilMs } : null
}

/** Returns the event of a store that may have forgotten nonces. @param why in words that follow "because" */
export function unknownEvent(level: StoreEvent['level'], why: string, untilMs: number): StoreEvent {
  const message = `which requests were answered before is not certain, because ${why}, and callers get 503 for some seconds`
  return { level, event: 'noncesUnknown', why, untilMs, message }
}
