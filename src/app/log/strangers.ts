import { addressKey } from '../../axon/state/rate-limiter.js'

/** What a request of an unverified caller leaves in the sum. */
export type StrangersRequest = {
  /** a valid hotkey, or null; unproven */
  readonly claimed: string | null
  readonly address: string
  readonly synapse: string
  readonly code: string
  readonly status?: number
  readonly reason?: string
}

/** Requests that differ at most in their time and the details of their reason. `reason` is that of the first. */
type CountedCaller = StrangersRequest & { count: number }

/** How many different callers a sum names. */
const MAX_CALLERS = 10
/**
 * How many of them may come from one address, or one /64 of IPv6, so that one stranger cannot hide the others behind
 * made-up hotkeys.
 */
const MAX_PER_ADDRESS = 3
const MAX_REASON = 100

/**
 * Sums up the requests of unverified callers. The sum names the first of them only: anyone can claim any hotkey, so a
 * flood could have as many as it has requests.
 */
export class Strangers {
  readonly #counts = new Map<string, number>()
  readonly #callers = new Map<string, CountedCaller>()
  #unnamed = 0

  add({ claimed, address, synapse, code, status, reason }: StrangersRequest): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
    const key = JSON.stringify([claimed, address, synapse, code])
    const known = this.#callers.get(key)
    if (known) known.count++
    else if (this.#isFull(address)) this.#unnamed++
    else {
      const details = {
        ...(status !== undefined && { status }),
        ...(reason && { reason: reason.slice(0, MAX_REASON) }),
      }
      this.#callers.set(key, { claimed, address, synapse, code, ...details, count: 1 })
    }
  }

  /** Returns the sum since the last call, and starts anew; null when there were no requests. */
  take(): object | null {
    if (this.#counts.size === 0) return null
    const sum = {
      counts: Object.fromEntries(this.#counts),
      callers: [...this.#callers.values()],
      ...(this.#unnamed > 0 && { unnamed: this.#unnamed }),
    }
    this.#counts.clear()
    this.#callers.clear()
    this.#unnamed = 0
    return sum
  }

  #isFull(address: string): boolean {
    if (this.#callers.size >= MAX_CALLERS) return true
    const site = addressKey(address)
    const ofSite = [...this.#callers.values()].filter(caller => addressKey(caller.address) === site)
    return ofSite.length >= MAX_PER_ADDRESS
  }
}
