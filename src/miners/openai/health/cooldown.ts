import type { NoAnswer } from '../../../plugin/no-answer.js'

/** How long a cooldown lasts: `firstMs`, doubled each time up to `maxMs`. */
export type CooldownRange = { readonly firstMs: number; readonly maxMs: number }

/** Time in which a key or an endpoint is not asked. It doubles until a success resets it. */
export class Cooldown {
  #until = Number.NEGATIVE_INFINITY
  #times = 0
  #reason: NoAnswer | undefined

  /** The error that started it, while it lasts. */
  reason(now: number): NoAnswer | undefined {
    return this.remainingMs(now) > 0 ? this.#reason : undefined
  }

  remainingMs(now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** @param options.retryAfterMs the length that the endpoint asked for, in place of one from the range */
  start(
    reason: NoAnswer,
    { now, range, retryAfterMs }: { now: number; range: CooldownRange; retryAfterMs?: number | undefined },
  ): void {
    // Attempts that were running when it started fail for the same reason, and do not extend it.
    const isNew = this.remainingMs(now) === 0
    if (isNew) {
      this.#reason = reason
      this.#times += 1
    }
    const ms = retryAfterMs ?? Math.min(range.maxMs, range.firstMs * 2 ** (this.#times - 1))
    if (isNew || retryAfterMs !== undefined) this.#until = Math.max(this.#until, now + ms)
  }

  /**
   * Makes the next cooldown a short one again, after a success. A cooldown that still lasts goes on.
   *
   * @returns the error that started the last one, if there was one since the last reset
   */
  reset(now: number): NoAnswer | undefined {
    if (this.remainingMs(now) > 0) return undefined
    const reason = this.#reason
    this.#times = 0
    this.#reason = undefined
    return reason
  }
}
