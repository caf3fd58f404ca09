import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import { insertSorted } from './sorted.js'

/**
 * How long the latest questions of each route took from their place to the first word of the miner. A question whose answer
 * would begin after its deadline only takes time from others, so it is refused at once. A caller whose questions take long
 * must not have those of others refused, so few samples of each caller count, and a caller's own latest time counts for it,
 * where it is shorter.
 */
export class FirstWords {
  readonly #elapsed: () => number
  readonly #routes = new Map<Route, Times>()

  /** @param elapsed milliseconds of a clock that never steps back */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** @param ms from the place to the first word */
  add(route: Route, caller: string, ms: number): void {
    const times = this.#routes.get(route) ?? { latest: [], sorted: [] }
    this.#routes.set(route, times)
    const sample = { caller, ms, at: this.#elapsed() }
    times.latest.push(sample)
    insertSorted(times.sorted, sample, msOf)
    const own = times.latest.filter(other => other.caller === caller)
    if (own.length > MAX_OF_CALLER) drop(times, own[0]!)
    else if (times.latest.length > MAX_SAMPLES) drop(times, times.latest[0]!)
  }

  /** The median in milliseconds; null after fewer than 20 questions in five minutes. */
  median(route: Route): number | null {
    const times = this.#routes.get(route)
    if (!times) return null
    const since = this.#elapsed() - KEEP_MS
    while (times.latest.length > 0 && times.latest[0]!.at < since) drop(times, times.latest[0]!)
    const { sorted } = times
    return sorted.length < MIN_SAMPLES ? null : sorted[sorted.length >> 1]!.ms
  }

  /** That of the caller's latest question in milliseconds; null when none has begun its answer in the last minute. */
  latest(route: Route, caller: string): number | null {
    const sample = this.#routes.get(route)?.latest.findLast(other => other.caller === caller)
    return sample && sample.at >= this.#elapsed() - KEEP_OWN_MS ? sample.ms : null
  }

  /**
   * Refuses a question that has less time left than the median, and than the caller's own latest time. A deadline that has
   * passed has a refusal of its own.
   *
   * @throws {Refusal} DEADLINE_TOO_NEAR
   */
  requireTime(route: Route, caller: string, leftMs: number): void {
    const median = this.median(route)
    if (median === null || leftMs <= 0) return
    const ms = Math.min(median, this.latest(route, caller) ?? median)
    if (leftMs >= ms) return
    const seconds = Math.max(1, Math.ceil(ms / 1000))
    throw new Refusal('DEADLINE_TOO_NEAR', '', { headers: [['retry-after', String(seconds)]] })
  }
}

type Sample = { readonly caller: string; readonly ms: number; readonly at: number }

/** The same samples in two orders. */
type Times = {
  /** the latest at the end */
  readonly latest: Sample[]
  /** the longest at the end */
  readonly sorted: Sample[]
}

const MIN_SAMPLES = 20

const MAX_SAMPLES = 64

/** Of one caller. As many as a median needs, so that it is known where only one caller asks. */
const MAX_OF_CALLER = MIN_SAMPLES

/** A model that was slow a while ago may be quick again. */
const KEEP_MS = 300_000

/** A caller's own time decides alone, and while its questions are refused for it, no newer one comes. */
const KEEP_OWN_MS = 60_000

function msOf({ ms }: Sample): number {
  return ms
}

function drop({ latest, sorted }: Times, sample: Sample): void {
  latest.splice(latest.indexOf(sample), 1)
  sorted.splice(sorted.indexOf(sample), 1)
}
