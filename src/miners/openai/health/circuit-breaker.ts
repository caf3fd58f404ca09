import type { NoAnswer } from '../../../plugin/no-answer.js'
import { Cooldown } from './cooldown.js'

/**
 * Keeps an endpoint from being asked while it fails. After a run of failures it opens; when its rest is over, one
 * question may probe the endpoint (half-open), and closes it with its first token, or opens it again, for longer.
 *
 * Times are of a monotonic clock, in milliseconds. `by` stands for one attempt.
 */
export class CircuitBreaker {
  readonly #rest = new Cooldown()
  #why: NoAnswer | undefined
  #failures = 0
  #isOpen = false
  #probe: object | undefined

  /** since the last whole answer */
  get failures(): number {
    return this.#failures
  }

  state(now: number): 'closed' | 'open' | 'halfOpen' {
    if (!this.#isOpen) return 'closed'
    return this.#rest.remainingMs(now) > 0 ? 'open' : 'halfOpen'
  }

  /** Why it is not asked, while it is not. */
  why(now: number): NoAnswer | undefined {
    return this.msUntilAvailable(now) > 0 ? this.#why : undefined
  }

  /** Milliseconds until it may be asked; while it is probed, until it is worth looking again. */
  msUntilAvailable(now: number): number {
    if (!this.#isOpen) return 0
    return this.#probe ? probeMs : this.#rest.remainingMs(now)
  }

  /** @returns whether this attempt is the probe */
  begin(by: object, now: number): boolean {
    if (this.state(now) !== 'halfOpen' || this.#probe) return false
    this.#probe = by
    return true
  }

  /** @returns whether that closed it */
  spoke(): boolean {
    const wasOpen = this.#isOpen
    this.#isOpen = false
    this.#probe = undefined
    return wasOpen
  }

  /** The endpoint has done all that it should. A first word is not enough: the next failure would be one in a row. */
  answered(now: number): void {
    this.#failures = 0
    this.#rest.reset(now)
  }

  /** @returns whether that opened it */
  failed(by: object, why: NoAnswer, now: number): boolean {
    this.#failures += 1
    const isProbe = this.left(by)
    if (this.#isOpen ? !isProbe : this.#failures < runLength) return false
    this.#isOpen = true
    this.#why = why
    this.#rest.start(why, { now, spans })
    return true
  }

  /**
   * The attempt ended and showed nothing.
   *
   * @returns whether that makes room for another probe
   */
  left(by: object): boolean {
    if (this.#probe !== by) return false
    this.#probe = undefined
    return true
  }
}

/** Failures in a row that open it. */
const runLength = 5
/** A dead endpoint costs at most a question a minute, and one that comes back is found within the time it was away. */
const spans = { first: 2_000, most: 60_000 }
/** When to look again while somebody probes; what the probe finds is told earlier. */
const probeMs = 1_000
