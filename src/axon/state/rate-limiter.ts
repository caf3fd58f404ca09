import type { Rate } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'

/** Callers that are remembered; one more evicts the least recently seen. */
const MAX_CALLERS = 10_000

type Bucket = { left: number; at: number }

/** A token bucket for each caller, which holds `limit` tokens and refills evenly within `windowMs`. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Takes `cost` tokens of a caller's bucket.
   *
   * @throws {Refusal} BUDGET_USED when fewer are left; none is taken then
   */
  take(caller: string, { limit, windowMs }: Rate, cost = 1): void {
    const now = this.#now()
    const { left, at } = this.#buckets.get(caller) ?? { left: limit, at: now }
    const full = Math.min(limit, left + (Math.max(0, now - at) / windowMs) * limit)
    if (!(cost <= full)) {
      const seconds = Math.ceil((((Math.min(cost, limit) || 0) - full) / limit) * (windowMs / 1000))
      throw new Refusal('BUDGET_USED', '', { headers: [['retry-after', String(Math.max(1, seconds))]] })
    }
    this.#buckets.delete(caller)
    this.#buckets.set(caller, { left: full - Math.max(0, cost), at: now })
    if (this.#buckets.size > MAX_CALLERS) this.#buckets.delete(this.#buckets.keys().next().value!)
  }
}

/** The key of an address in a rate limiter: for IPv6 its /64, because a site that has one address has all of them. */
export function addressKey(address: string): string {
  return address.includes(':') ? `${expand(address).slice(0, 4).join(':')}::/64` : address
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
}
