import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import { insertSorted } from './sorted.js'

/**
 * How long the latest questions of each route took from their place to the first word of the miner. A question whose answer
 * would begin after its deadline only takes time from others, so it is refused at once.
 */
export class FirstWords {
  readonly #elapsed: () => number
  readonly #routes = new Map<Route, Times>()

  /** @param elapsed milliseconds of a clock that never steps back */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** @param ms from the place to the first word */
  add(route: Route, ms: number): void {
    const times = this.#routes.get(route) ?? { latest: [], sorted: [] }
    this.#routes.set(route, times)
    const sample = { ms, at: this.#elapsed() }
    times.latest.push(sample)
    insertSorted(times.sorted, sample, msOf)
    if (times.latest.length > MAX_SAMPLES) dropOldest(times)
  }

  /** The median in milliseconds; null after fewer than 20 questions in five minutes. */
  median(route: Route): number | null {
    const times = this.#routes.get(route)
    if (!times) return null
    const since = this.#elapsed() - KEEP_MS
    while (times.latest.length > 0 && times.latest[0]!.at < since) dropOldest(times)
    const { sorted } = times
    return sorted.length < MIN_SAMPLES ? null : sorted[sorted.length >> 1]!.ms
  }

  /**
   * Refuses a question that has less time left than the median. A deadline that has passed has a refusal of its own.
   *
   * @throws {Refusal} DEADLINE_TOO_NEAR
   */
  requireTime(route: Route, leftMs: number): void {
    const ms = this.median(route)
    if (ms === null || leftMs >= ms || leftMs <= 0) return
    const seconds = Math.max(1, Math.ceil(ms / 1000))
    throw new Refusal('DEADLINE_TOO_NEAR', '', { headers: [['retry-after', String(seconds)]] })
  }
}

type Sample = { readonly ms: number; readonly at: number }

/** The same samples in two orders. */
type Times = {
  /** the latest at the end */
  readonly latest: Sample[]
  /** the longest at the end */
  readonly sorted: Sample[]
}

const MIN_SAMPLES = 20

const MAX_SAMPLES = 64

/** A model that was slow a while ago may be quick again. */
const KEEP_MS = 300_000

function msOf({ ms }: Sample): number {
  return ms
}

function dropOldest({ latest, sorted }: Times): void {
  sorted.splice(sorted.indexOf(latest.shift()!), 1)
}
