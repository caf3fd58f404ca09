import { addressKey } from './rate-limiter.js'

/**
 * How the requests from one address that named one hotkey turned out: `forged`: with a signature that its key did not make, or
 * none; `unchecked`: refused without a check, because too many signatures of the address had failed; `verified`: signed by it.
 */
export type ClaimCount = {
  readonly hotkey: string
  /** the /64 of an IPv6 address */
  readonly address: string
  readonly forged: number
  readonly unchecked: number
  readonly verified: number
  /** when the last one that was not verified came; epoch milliseconds */
  readonly lastAt: number
}

/** The claims that were not verified, those with the most first. */
export type UnverifiedClaims = {
  readonly claims: readonly ClaimCount[]
  /** how many more there were, of hotkeys and addresses beyond those that are counted apart */
  readonly others: number
}

export type ClaimOutcome = 'forged' | 'unchecked' | 'verified'

/** Pairs of hotkey and address that are counted, and how many of them may come from one address. */
const MAX_PAIRS = 1_000
const MAX_PER_ADDRESS = 32
const HOUR_MS = 3_600_000

type Count = { -readonly [Field in keyof ClaimCount]: ClaimCount[Field] }
type Pair = Count & { reported: Pick<Count, ClaimOutcome> }

/**
 * Counts claims against proofs, for each hotkey and address from which a claim of it was not verified, so that the operator
 * learns whose name is used without its key, and from where. It remembers an hour, and a bounded number of pairs.
 */
export class ClaimCounts {
  readonly #now: () => number
  /** the one whose last claim is the oldest first */
  readonly #pairs = new Map<string, Pair>()
  readonly #perAddress = new Map<string, number>()
  #others = 0

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts one claim. A pair has a count of its own from its first claim on that is not verified. */
  add(hotkey: string, address: string, outcome: ClaimOutcome): void {
    const site = addressKey(address)
    const key = `${hotkey} ${site}`
    const pair = this.#pairs.get(key) ?? (outcome === 'verified' ? null : this.#newPair(hotkey, site))
    if (!pair) {
      if (outcome !== 'verified') this.#others++
      return
    }
    pair[outcome]++
    if (outcome === 'verified') return
    pair.lastAt = this.#now()
    this.#pairs.delete(key)
    this.#pairs.set(key, pair)
  }

  /** Returns what the last hour has of each pair. */
  recent(): readonly ClaimCount[] {
    this.#forget()
    return [...this.#pairs.values()].map(({ reported: _, ...count }) => count).sort(byMost)
  }

  /** Returns what was counted since the last call; null when every claim was verified. */
  takeNew(): UnverifiedClaims | null {
    const claims = [...this.#pairs.values()].flatMap(({ reported, ...count }) => {
      const forged = count.forged - reported.forged
      const unchecked = count.unchecked - reported.unchecked
      return forged + unchecked === 0
        ? []
        : [{ ...count, forged, unchecked, verified: count.verified - reported.verified }]
    })
    const others = this.#others
    for (const pair of this.#pairs.values()) {
      const { forged, unchecked, verified } = pair
      pair.reported = { forged, unchecked, verified }
    }
    this.#others = 0
    this.#forget()
    return claims.length + others === 0 ? null : { claims: claims.sort(byMost), others }
  }

  #newPair(hotkey: string, address: string): Pair | null {
    const ofAddress = this.#perAddress.get(address) ?? 0
    if (this.#pairs.size >= MAX_PAIRS) this.#forget()
    if (this.#pairs.size >= MAX_PAIRS || ofAddress >= MAX_PER_ADDRESS) return null
    const none = { forged: 0, unchecked: 0, verified: 0 }
    const pair = { hotkey, address, ...none, lastAt: 0, reported: none }
    this.#perAddress.set(address, ofAddress + 1)
    return pair
  }

  /** Drops the pairs without a new claim in the last hour. Cheap when there are none: a caller can cause it with each claim. */
  #forget(): void {
    const oldest = this.#now() - HOUR_MS
    for (const [key, { lastAt, address }] of this.#pairs) {
      if (lastAt >= oldest) return
      this.#pairs.delete(key)
      const left = this.#perAddress.get(address)! - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    }
  }
}

function byMost(one: ClaimCount, other: ClaimCount): number {
  return other.forged + other.unchecked - one.forged - one.unchecked
}
