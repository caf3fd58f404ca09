import { floatText } from '../wires/json/python-number.js'
import { Refusal } from '../wires/refusal.js'

/** How long a caller waits who does not say: the SDK's default. */
const ABSENT_TIMEOUT_MS = 12_000

/** What is refused when time runs out, by what is being done then. */
export type Phase = 'BODY_TIMEOUT' | 'DEADLINE_IN_QUEUE' | 'DEADLINE'

/**
 * The one instant that bounds everything done for a request: arrival, and the caller's time-out, cut to `maxMs`, less
 * a margin for the way back (`marginMs` or a tenth, whichever is smaller). When it is past, `cancellation` is aborted with
 * the refusal that fits what is being done.
 */
export class Deadline implements Disposable {
  /** epoch milliseconds */
  readonly at: number
  /** what the caller will wait, after the cut, in seconds as Python prints a float */
  readonly seconds: string
  phase: Phase = 'BODY_TIMEOUT'
  readonly #timer: NodeJS.Timeout

  constructor(options: {
    arrivedAt: number
    timeoutMs: number | null
    maxMs: number
    marginMs: number
    now: number
    cancellation: AbortController
  }) {
    const ms = Math.min(options.timeoutMs ?? ABSENT_TIMEOUT_MS, options.maxMs)
    this.at = options.arrivedAt + ms - Math.min(options.marginMs, ms / 10)
    this.seconds = floatText(ms / 1000)
    this.#timer = setTimeout(() => options.cancellation.abort(this.#refusal()), Math.max(0, this.at - options.now))
  }

  /**
   * Nothing is begun that cannot be done in time. The timer alone would let it begin: a busy thread runs it late.
   *
   * @throws {Refusal} that fits what is being done
   */
  check(now: number): void {
    if (now >= this.at) throw this.#refusal()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #refusal(): Refusal {
    return new Refusal(this.phase, this.seconds)
  }
}
