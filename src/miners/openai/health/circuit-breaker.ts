import type { NoAnswer } from '../../../plugin/no-answer.js'
import { Cooldown, type CooldownRange } from './cooldown.js'

/**
 * Keeps an endpoint from being asked while it fails. It opens after a run of failures. When its cooldown is over, one
 * question may probe the endpoint (half-open): its first token closes the breaker, a failure opens it again, for longer.
 *
 * Times are milliseconds of a monotonic clock. `isAlone`: nothing else is left to ask, so its cooldown is a shorter one.
 */
export class CircuitBreaker {
  readonly #cooldown = new Cooldown()
  #reason: NoAnswer | undefined
  #failures = 0
  #isOpen = false
  #probe: BreakerAttempt | undefined

  /** since the endpoint last showed that it works: by an answer, whole or cut by its caller, or by a refusal of its own */
  get failures(): number {
    return this.#failures
  }

  state(now: number, isAlone = false): 'closed' | 'open' | 'halfOpen' {
    if (!this.#isOpen) return 'closed'
    return this.#cooldown.remainingMs(now, isAlone) > 0 ? 'open' : 'halfOpen'
  }

  /** The error that opened it, while the endpoint must not be asked. */
  reason(now: number): NoAnswer | undefined {
    return this.msUntilAvailable(now) > 0 ? this.#reason : undefined
  }

  /** Milliseconds until the endpoint may be asked; during a probe, until the breaker should be checked again. */
  msUntilAvailable(now: number, isAlone = false): number {
    if (!this.#isOpen) return 0
    return this.#probe ? probeCheckMs : this.#cooldown.remainingMs(now, isAlone)
  }

  /** @returns whether this attempt is the probe */
  start(attempt: BreakerAttempt): boolean {
    // The shorter cooldown, because an attempt starts during the rest of the longer one only if nothing else is left to ask.
    if (this.state(attempt.startedAt, true) !== 'halfOpen' || this.#probe) return false
    this.#probe = attempt
    return true
  }

  /** @returns whether that closed it */
  onToken(): boolean {
    const wasOpen = this.#isOpen
    this.#isOpen = false
    this.#probe = undefined
    return wasOpen
  }

  /** Resets the count of failures. A first token does not: an endpoint that always breaks off later must still open it. */
  onSuccess({ startedAt }: BreakerAttempt, now: number): void {
    this.#failures = 0
    this.#cooldown.reset({ now, startedAt })
  }

  /** @returns whether that opened it */
  onFailure(attempt: BreakerAttempt, reason: NoAnswer, now: number): boolean {
    this.#failures += 1
    const isProbe = this.onAbort(attempt)
    if (this.#isOpen ? !isProbe : this.#failures < failureThreshold) return false
    this.#isOpen = true
    this.#reason = reason
    this.#cooldown.start(reason, { now, startedAt: attempt.startedAt, range, aloneRange })
    return true
  }

  /**
   * Drops an attempt that ended without showing anything about the endpoint.
   *
   * @returns whether it was the probe, so that another attempt may probe now
   */
  onAbort(attempt: BreakerAttempt): boolean {
    if (this.#probe !== attempt) return false
    this.#probe = undefined
    return true
  }
}

/** The identity of one attempt. */
export type BreakerAttempt = { readonly startedAt: number }

/** Failures in a row that open it. */
const failureThreshold = 5
/** A dead endpoint costs at most one question a minute, and one that recovers is found within the time it was down. */
const range: CooldownRange = { firstMs: 2_000, maxMs: 60_000 }
/** Where nothing else is left to ask, the miner is silent for as long as it misses the recovery. */
const aloneRange: CooldownRange = { firstMs: 2_000, maxMs: 10_000 }
/** How soon to check again during a probe; its result is announced earlier, see `Health.changed`. */
const probeCheckMs = 1_000
