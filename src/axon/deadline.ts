import type { Route } from '../plugin/dialect.js'
import { floatText } from '../wires/json/python-number.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim } from '../wires/wire.js'

/** The time-out of a caller that names none: the SDK's default. */
const ABSENT_TIMEOUT_MS = 12_000

/** What a request is doing: its code is the refusal when time runs out. */
const codes = { body: 'BODY_TIMEOUT', queue: 'DEADLINE_IN_QUEUE', answer: 'DEADLINE' } as const

export type Phase = keyof typeof codes

/** How long a request may take, from its arrival. */
export type DeadlineOptions = {
  /** what the caller named, if anything */
  readonly timeoutMs: number | null
  /** the most that any caller gets */
  readonly maxMs: number
  /** kept for the way back; a tenth of the time-out at most */
  readonly marginMs: number
}

/** Takes the time-out of the head, or of the dialect's protocol when that is shorter. */
export function requestDeadline(
  { timeoutMs }: Claim,
  { timeout }: Route,
  { maxTimeoutMs: maxMs, marginMs }: { readonly maxTimeoutMs: number; readonly marginMs: number },
): DeadlineOptions {
  return { timeoutMs: timeout === undefined ? timeoutMs : Math.min(timeoutMs ?? timeout, timeout), maxMs, marginMs }
}

/**
 * The one instant that bounds everything done for a request: its arrival plus the caller's time-out, capped at `maxMs`,
 * less the margin. When it has passed, `cancellation` aborts with the refusal of the current phase.
 */
export class Deadline implements Disposable {
  /** epoch milliseconds */
  readonly at: number
  /** the capped time-out in seconds, as Python prints a float */
  readonly seconds: string
  phase: Phase = 'body'
  // Not a `timeoutSignal`: the reason depends on the phase in which the time runs out.
  readonly #timer: NodeJS.Timeout

  constructor(
    { timeoutMs, maxMs, marginMs }: DeadlineOptions,
    { arrivedAt, now, cancellation }: { arrivedAt: number; now: number; cancellation: AbortController },
  ) {
    const ms = Math.min(timeoutMs ?? ABSENT_TIMEOUT_MS, maxMs)
    this.at = arrivedAt + ms - Math.min(marginMs, ms / 10)
    this.seconds = floatText(ms / 1000)
    this.#timer = setTimeout(() => cancellation.abort(this.#refusal()), Math.max(0, this.at - now))
  }

  /**
   * Refuses work that cannot be done in time. A busy thread runs the timer late, so the timer alone would let it begin.
   *
   * @throws {Refusal} BODY_TIMEOUT · DEADLINE_IN_QUEUE · DEADLINE, by the phase
   */
  check(now: number): void {
    if (now >= this.at) throw this.#refusal()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #refusal(): Refusal {
    return new Refusal(codes[this.phase], this.seconds)
  }
}
