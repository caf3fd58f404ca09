import { floatText } from '../wires/float-text.js'
import { Refusal } from '../wires/refusal.js'

/** How long a caller waits who does not say: the SDK's default. */
const ABSENT_TIMEOUT_MS = 12_000

/** What is refused when time runs out, by what is being done then. */
export type Late = 'BODY_TIMEOUT' | 'DEADLINE_IN_QUEUE' | 'DEADLINE'

/**
 * The one instant that bounds everything done for a request: arrival, and the caller's time-out, cut to `maxMs`, less
 * a margin for the way back (300 ms or a tenth, whichever is smaller). When it is past, `listening` is aborted with
 * the refusal that fits what is being done.
 */
export class Deadline implements Disposable {
  /** epoch milliseconds */
  readonly at: number
  /** what the caller will wait, after the cut, in seconds as Python prints a float */
  readonly seconds: string
  late: Late = 'BODY_TIMEOUT'
  readonly #timer: NodeJS.Timeout

  constructor(options: {
    arrivedAt: number
    timeoutMs: number | null
    maxMs: number
    now: number
    listening: AbortController
  }) {
    const ms = Math.min(options.timeoutMs ?? ABSENT_TIMEOUT_MS, options.maxMs)
    this.at = options.arrivedAt + ms - Math.min(300, ms / 10)
    this.seconds = floatText(ms / 1000)
    this.#timer = setTimeout(
      () => options.listening.abort(new Refusal(this.late, this.seconds)),
      Math.max(0, this.at - options.now),
    )
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
