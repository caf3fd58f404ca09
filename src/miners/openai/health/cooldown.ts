import type { NoAnswer } from '../../../plugin/no-answer.js'

/** How long a cooldown lasts: `firstMs`, doubled each time up to `maxMs`. */
export type CooldownRange = { readonly firstMs: number; readonly maxMs: number }

type CooldownOptions = {
  readonly now: number
  /** when the attempt that failed was started */
  readonly startedAt: number
  readonly range: CooldownRange
  /** as `range`, where nothing else is left to ask */
  readonly aloneRange: CooldownRange
  /** the length that the endpoint asked for, in place of one from the range */
  readonly retryAfterMs?: number | undefined
}

/**
 * Time in which a key or an endpoint is not asked. It doubles until a success resets it.
 *
 * A rest leaves questions to others. Where nothing else is left to ask, it would only delay the recovery, and a shorter
 * one counts (`isAlone`): seconds, or up to a minute if the endpoint asked for that.
 */
export class Cooldown {
  #startedAt = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  #aloneUntil = Number.NEGATIVE_INFINITY
  #times = 0
  #aloneTimes = 0
  #reason: NoAnswer | undefined

  /** The error that started it, while it lasts. */
  reason(now: number): NoAnswer | undefined {
    return this.remainingMs(now) > 0 ? this.#reason : undefined
  }

  remainingMs(now: number, isAlone = false): number {
    return Math.max(0, (isAlone ? this.#aloneUntil : this.#until) - now)
  }

  start(reason: NoAnswer, { now, startedAt, range, aloneRange, retryAfterMs }: CooldownOptions): void {
    const isNew = this.remainingMs(now) === 0
    // An attempt that was started during the rest shows more than the error that began it.
    const isAgain = isNew || startedAt > this.#startedAt
    if (isAgain) {
      this.#startedAt = now
      this.#reason = reason
      this.#aloneTimes += 1
      this.#until = this.#aloneUntil = now
    }
    if (isNew) this.#times += 1
    const told = retryAfterMs !== undefined && retryAfterMs <= maxAloneRetryAfterMs ? retryAfterMs : undefined
    // Attempts that were running when it started fail for the same reason, and extend it only if the endpoint asks for that.
    if (isAgain || retryAfterMs !== undefined)
      this.#until = Math.max(this.#until, now + (retryAfterMs ?? doubled(range, this.#times)))
    if (isAgain || told !== undefined)
      this.#aloneUntil = Math.max(this.#aloneUntil, now + (told ?? doubled(aloneRange, this.#aloneTimes)))
  }

  /**
   * Makes the next cooldown a short one again, after a success. A cooldown that still lasts goes on, unless the attempt
   * that succeeded was started during it.
   *
   * @returns the error that started the last one, if there was one since the last reset
   */
  reset({ now, startedAt }: { readonly now: number; readonly startedAt: number }): NoAnswer | undefined {
    if (this.remainingMs(now) > 0 && startedAt <= this.#startedAt) return undefined
    const reason = this.#reason
    this.#until = this.#aloneUntil = Number.NEGATIVE_INFINITY
    this.#times = 0
    this.#aloneTimes = 0
    this.#reason = undefined
    return reason
  }
}

/** Where nothing else is left to ask, an endpoint that asks for a longer time (a quota, a mistake) is asked as if it asked for none. */
export const maxAloneRetryAfterMs = 60_000

function doubled({ firstMs, maxMs }: CooldownRange, times: number): number {
  return Math.min(maxMs, firstMs * 2 ** (times - 1))
}
