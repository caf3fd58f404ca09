import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'

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
    const times = this.#routes.get(route) ?? { samples: [], median: null }
    this.#routes.set(route, times)
    times.samples.push({ ms, at: this.#elapsed() })
    if (times.samples.length > MAX_SAMPLES) times.samples.shift()
    times.median = null
  }

  /** The median in milliseconds; null after fewer than 20 questions in five minutes. */
  median(route: Route): number | null {
    const times = this.#routes.get(route)
    if (!times) return null
    const since = this.#elapsed() - KEEP_MS
    while (times.samples.length > 0 && times.samples[0]!.at < since) {
      times.samples.shift()
      times.median = null
    }
    if (times.samples.length < MIN_SAMPLES) return null
    times.median ??= medianOf(times.samples)
    return times.median
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

type Times = {
  /** the latest last */
  readonly samples: Sample[]
  /** null when samples have changed since */
  median: number | null
}

const MIN_SAMPLES = 20

const MAX_SAMPLES = 64

/** A model that was slow a while ago may be quick again. */
const KEEP_MS = 300_000

function medianOf(samples: readonly Sample[]): number {
  return Float64Array.from(samples, ({ ms }) => ms).sort()[samples.length >> 1]!
}
