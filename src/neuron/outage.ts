import { ChainError } from '../chain/chain-error.js'
import { spanText } from '../text/span.js'
import type { NeuronClock } from './clock.js'
import { NeuronError } from './neuron-error.js'

/** What does not work at present. */
export type NeuronProblem = {
  /** of a `ChainError` or `NeuronError`, or the system's; null: the error has none */
  readonly code: string | null
  readonly message: string
  readonly hint: string | null
  /** when it began, epoch milliseconds */
  readonly since: number
  /** in a row */
  readonly failures: number
}

const FIRST_REPORT_MS = 60_000
const LAST_REPORT_MS = 3_600_000

/** A run of failures of one thing. It is to be reported at its beginning, at growing intervals (to an hour), and at its end. */
export class Outage {
  readonly #clock: NeuronClock
  #problem: NeuronProblem | null = null
  #startedAt = 0
  #reportAt = 0
  readonly #reported = new Set<string | null>()

  constructor(clock: NeuronClock) {
    this.#clock = clock
  }

  get problem(): NeuronProblem | null {
    return this.#problem
  }

  /** in a row */
  get failures(): number {
    return this.#problem?.failures ?? 0
  }

  /** How long it lasts. */
  forMs(): number {
    return this.#problem ? Math.round(this.#clock.elapsed() - this.#startedAt) : 0
  }

  /** How long it lasts, for a message: ` for 12 min`; empty for a failure that has just begun. */
  forText(): string {
    return this.failures > 1 ? ` for ${spanText(this.forMs())}` : ''
  }

  /** @returns whether to report it now: its code is new in this run of failures, or the report is due again */
  fail(error: unknown): boolean {
    const now = this.#clock.elapsed()
    const former = this.#problem
    if (!former) this.#startedAt = now
    const { code, message, hint } = describe(error)
    const since = former?.since ?? this.#clock.now()
    this.#problem = { code, message, hint, since, failures: this.failures + 1 }
    if (this.#reported.has(code) && now < this.#reportAt) return false
    this.#reported.add(code)
    this.#reportAt = now + Math.min(LAST_REPORT_MS, Math.max(FIRST_REPORT_MS, 2 * this.forMs()))
    return true
  }

  /** @returns how long it lasted; undefined when there was none */
  end(): number | undefined {
    if (!this.#problem) return undefined
    const lasted = this.forMs()
    this.#problem = null
    this.#reported.clear()
    return lasted
  }
}

/** The code, message and hint of an error. */
function describe(error: unknown): Pick<NeuronProblem, 'code' | 'message' | 'hint'> {
  if (error instanceof ChainError || error instanceof NeuronError) {
    const { code, message, hint } = error
    return { code, message, hint }
  }
  if (!(error instanceof Error)) return { code: null, message: String(error), hint: null }
  const code = 'code' in error ? String(error.code) : null
  return { code, message: code === null ? `${error.name}: ${error.message}` : error.message, hint: null }
}
