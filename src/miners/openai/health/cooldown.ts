import type { NoAnswer } from '../../../plugin/no-answer.js'

/** How long to rest: `first` milliseconds, twice as long each time after that, never more than `most`. */
export type CooldownRange = { readonly first: number; readonly most: number }

/** Time in which a key or an endpoint is not asked. It grows until something goes well. */
export class Cooldown {
  #until = Number.NEGATIVE_INFINITY
  #times = 0
  #why: NoAnswer | undefined

  /** Why it began, while it lasts. */
  reason(now: number): NoAnswer | undefined {
    return this.remainingMs(now) > 0 ? this.#why : undefined
  }

  remainingMs(now: number): number {
    return Math.max(0, this.#until - now)
  }

  /** @param told how long the endpoint said, in place of a length that grows */
  start(why: NoAnswer, { now, spans, told }: { now: number; spans: CooldownRange; told?: number | undefined }): void {
    // What was under way when it began says the same thing again, and is no new reason to rest longer.
    const isNew = this.remainingMs(now) === 0
    if (isNew) {
      this.#why = why
      this.#times += 1
    }
    const ms = told ?? Math.min(spans.most, spans.first * 2 ** (this.#times - 1))
    if (isNew || told !== undefined) this.#until = Math.max(this.#until, now + ms)
  }

  /**
   * Something went well: the next rest is a short one again. One that lasts goes on.
   *
   * @returns why it had rested, if it had
   */
  reset(now: number): NoAnswer | undefined {
    if (this.remainingMs(now) > 0) return undefined
    const why = this.#why
    this.#times = 0
    this.#why = undefined
    return why
  }
}
