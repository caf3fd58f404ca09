import type { Rate } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'

/** Callers that are remembered; whoever comes beyond makes the one forgotten that came longest ago. */
const MAX_CALLERS = 10_000

type Bucket = { left: number; at: number }

/** How much callers have taken of a rate: a bucket each, which fills evenly, up to `limit`, all of it in `windowMs`. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Takes so much for a caller.
   *
   * @throws {Refusal} BUDGET_USED when there is not so much left; nothing is taken then
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

/** An address as a rate counts it: of IPv6 the /64 that a site has, because whoever has one has all in it. */
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
