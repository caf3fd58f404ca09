import type { Quantiles } from '../admin/api.js'

/** Each bucket ends at this multiple of where it begins, so that its middle is within 5 % of each of its values. */
const RATIO = 1.1
/** The last bucket begins at 16 minutes, longer than a request may take, and takes what is above. */
const BUCKETS = 146

/** Durations by their logarithm: bounded, whatever it is given, and exact enough for quantiles. */
export class LogHistogram {
  readonly #buckets = new Uint32Array(BUCKETS)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(ms: number): void {
    this.#buckets[bucketOf(ms)]!++
    this.#count++
  }

  addAll(other: LogHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#buckets[bucket]! += other.#buckets[bucket]!
    this.#count += other.#count
  }

  clear(): void {
    this.#buckets.fill(0)
    this.#count = 0
  }

  /** Returns the quantiles, each within 5 % of the true one; null while it is empty. */
  quantiles(): Quantiles | null {
    if (this.#count === 0) return null
    return { count: this.#count, p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99) }
  }

  #quantile(q: number): number {
    const rank = Math.ceil(q * this.#count)
    let bucket = 0
    for (let below = this.#buckets[0]!; below < rank; below += this.#buckets[bucket]!) bucket++
    return middleOf(bucket)
  }
}

/** Bucket 0 has what took less than a millisecond. */
function bucketOf(ms: number): number {
  if (ms < 1) return 0
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(ms) / Math.log(RATIO)))
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0.5 : Number((RATIO ** (bucket - 0.5)).toPrecision(3))
}
