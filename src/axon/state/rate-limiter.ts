import type { Rate } from '../../plugin/dialect.js'
import type { WrittenRate } from '../../plugin/policy.js'
import { Refusal } from '../../wires/refusal.js'

/** Callers that are remembered; one more evicts the least recently seen. */
const MAX_CALLERS = 10_000

type Bucket = {
  left: number
  /** when it held them */
  at: number
  /** that fills it since then; null: the rate at the next look does */
  rate: Rate | null
}

/**
 * A token bucket for each caller, which holds `limit` tokens and refills evenly within `windowMs`. When the clock steps back,
 * a bucket keeps its tokens, and fills from there on.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Takes `cost` tokens of a caller's bucket. A bucket keeps its tokens when the rate of its caller changes, as far as the
   * new one holds them; {@link endRates} tells it when.
   *
   * @throws {Refusal} BUDGET_USED when fewer are left, and RATE_EXCEEDED at a rate of the operator's; none is taken then
   */
  take(caller: string, rate: Rate | WrittenRate, cost = 1): void {
    const left = this.left(caller, rate)
    if (!(cost <= left)) {
      throw rateRefusal(rate, left, cost)
    }
    this.#buckets.delete(caller)
    this.#buckets.set(caller, { left: left - Math.max(0, cost), at: this.#now(), rate })
    if (this.#buckets.size > MAX_CALLERS) this.#buckets.delete(this.#buckets.keys().next().value!)
  }

  /** Fills all buckets by their rates up to now. From now on the rates of the next looks fill them. */
  endRates(): void {
    for (const bucket of this.#buckets.values()) {
      if (bucket.rate) this.#fill(bucket, bucket.rate)
      bucket.rate = null
    }
  }

  /** Those that are remembered. */
  callers(): readonly string[] {
    return [...this.#buckets.keys()]
  }

  /** Returns how many tokens a caller's bucket holds now, often a fraction; `limit` for one that is not remembered. */
  left(caller: string, rate: Rate): number {
    const bucket = this.#buckets.get(caller)
    if (!bucket) return rate.limit
    bucket.rate ??= rate
    this.#fill(bucket, bucket.rate)
    return Math.min(rate.limit, bucket.left)
  }

  #fill(bucket: Bucket, rate: Rate): void {
    const now = this.#now()
    bucket.left = refilled(bucket.left, rate, now - bucket.at)
    bucket.at = now
  }
}

/** The refusal of a request that costs more than a bucket of this rate holds, with the seconds until it holds enough. */
export function rateRefusal(rate: Rate | WrittenRate, left: number, cost = 1): Refusal {
  const { limit, windowMs } = rate
  const seconds = Math.ceil((((Math.min(cost, limit) || 0) - left) / limit) * (windowMs / 1000))
  const headers = [['retry-after', String(Math.max(1, seconds))]] as const
  return 'text' in rate
    ? new Refusal('RATE_EXCEEDED', rate.text, { headers })
    : new Refusal('BUDGET_USED', '', { headers })
}

/** Returns how many tokens a bucket that held `left` holds after `ms`. */
export function refilled(left: number, { limit, windowMs }: Rate, ms: number): number {
  return Math.min(limit, left + (Math.max(0, ms) * limit) / windowMs)
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
