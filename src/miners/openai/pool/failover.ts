import { abortable } from '../../../async/abortable.js'
import { TimeoutError, withTimeout } from '../../../async/timeout.js'
import type { Log } from '../../../plugin/log.js'
import type { Asked, Attempt, Outcome } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { mostSpecific } from '../health/faults.js'
import type { AttemptObserver, Health } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import { type AttemptRecord, attemptOnce, type TargetCall } from './attempt.js'
import { Candidates, msUntilAvailable, noTargetError } from './candidates.js'
import type { CoalescedAsked } from './coalesce.js'

/** What all questions are tried with. */
export type FailoverContext = {
  readonly health: Health
  readonly log: Log
  /** from 0 to below 1 */
  readonly random: () => number
  /** see `hedge` */
  readonly hedgeMs: number | null
}

/**
 * All that is tried for one question. It may be run twice at the same time (hedging): then no target is asked twice at
 * once, and the bounds are for both together.
 */
export class Failover<Given> {
  readonly #means: FailoverContext
  readonly #targets: readonly Target[]
  readonly #candidates: Candidates
  readonly #wanted: TargetCall<Given>
  readonly #asked: Asked | CoalescedAsked
  readonly #made: AttemptRecord[] = []
  readonly #errors: NoAnswer[] = []
  #speaker: ModelEndpoint | undefined

  /** @param targets in the order in which they are asked */
  constructor(
    means: FailoverContext,
    targets: readonly Target[],
    wanted: TargetCall<Given>,
    asked: Asked | CoalescedAsked,
  ) {
    this.#means = means
    this.#targets = targets
    this.#candidates = new Candidates(targets, means)
    this.#wanted = wanted
    this.#asked = asked
  }

  /** Whose words were given on, if any were. */
  get speaker(): ModelEndpoint | undefined {
    return this.#speaker
  }

  /** In the order of their start. */
  get made(): readonly Attempt[] {
    return this.#made
  }

  /**
   * Asks target after target until one speaks, and gives its words on. After a first word nothing is tried any more.
   *
   * @param signal that of the one who asks, or one that follows it
   * @param onToken called when a model begins to speak or to think
   * @throws {NoAnswer} of the attempt that spoke, or when nothing fits any more; `explained` makes the best of it
   * @throws the signal's reason, as it is; an error of the program itself as it is
   */
  async *run(signal: AbortSignal, onToken: () => void): AsyncGenerator<Given, Outcome> {
    for (;;) {
      const { target, trial } = await this.#next(signal)
      try {
        return yield* this.#attempt(target, trial, { signal, onToken })
      } catch (error) {
        if (signal.aborted || this.#speaker || !(error instanceof NoAnswer)) throw error
        this.#errors.push(error)
        this.#candidates.failed(target, error)
      }
    }
  }

  /** The error that tells most of why there is no answer, with all attempts; a reason to leave or a bug as it is. */
  bestError(error: unknown): unknown {
    if (this.#asked.signal.aborted || !(error instanceof NoAnswer)) return error
    const told = (this.#speaker ? undefined : mostSpecific(this.#errors)) ?? error
    const awakeMs = told.reason === 'busy' ? msUntilAvailable(this.#targets, this.#means.health) : undefined
    return told.with({ retryAfterMs: told.retryAfterMs ?? awakeMs, attempts: this.#made })
  }

  /** Waits for the best that fits the bounds, and takes it; if it rested, nobody else probes it now. */
  async #next(signal: AbortSignal): Promise<{ readonly target: Target; readonly trial: AttemptObserver }> {
    const { health } = this.#means
    for (;;) {
      signal.throwIfAborted()
      const best = this.#candidates.best()
      const fits = best && this.#made.length < mostAttempts && this.#msLeft() >= best.waitMs + leastMs
      if (!fits) throw noTargetError(this.#targets, health)
      const { target, waitMs } = best
      if (waitMs === 0) {
        this.#candidates.begin(target)
        return { target, trial: health.begin(target) }
      }
      await this.#pause(waitMs, signal)
    }
  }

  /** Asks one target, and keeps how that went. */
  async *#attempt(
    target: Target,
    trial: AttemptObserver,
    { signal, onToken }: { readonly signal: AbortSignal; readonly onToken: () => void },
  ): AsyncGenerator<Given, Outcome> {
    const { log, hedgeMs } = this.#means
    const { endpoint, keyAt } = target
    const { model = endpoint.config.model } = this.#wanted
    const attempt: AttemptRecord = { endpoint: endpoint.name, model, ms: 0 }
    const asked = { signal, deadline: this.#callDeadline() }
    const patienceMs = this.#patienceMs(endpoint, trial)
    const onWord = () => {
      this.#speaker ??= endpoint // one that is outrun may have a word, too, which nobody hears
    }
    this.#made.push(attempt)
    try {
      const how = { attempt, trial, patienceMs, hedgeMs, onToken, onWord }
      return yield* attemptOnce(this.#wanted, target, asked, how)
    } finally {
      this.#candidates.end(target)
      this.#asked.onAttempt?.(attempt)
      log.debug({ event: 'attempt', id: this.#asked.id, key: keyAt + 1, ...attempt })
    }
  }

  /** How long an endpoint may be silent: half of the time, where somebody else could answer; null: all of it. */
  #patienceMs(endpoint: ModelEndpoint, { isProbe }: AttemptObserver): number | null {
    // Where the operator has said how long, that holds; but a probe is likely to be lost.
    const isBounded = endpoint.config.firstTokenTimeout !== null && this.#wanted.isStreamed(endpoint) && !isProbe
    return isBounded || !this.#candidates.hasOther(endpoint) ? null : this.#msLeft() / 2
  }

  #msLeft(): number {
    return this.#asked.deadline - Date.now()
  }

  /** A call cannot be given more time once it runs; if it is shared, the signal ends it when nobody has any left. */
  #callDeadline(): number {
    return 'lastDeadline' in this.#asked ? this.#asked.lastDeadline : this.#asked.deadline
  }

  /** Waits, but not for a rest that ends early. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    // With jitter, because others wait for the same moment.
    const pauseMs = ms + this.#means.random() * jitterMs
    await withTimeout(abortable(this.#means.health.news(), signal), pauseMs).catch(error => {
      if (!(error instanceof TimeoutError)) throw error
    })
  }
}

/** Of one question, with however many keys. */
const mostAttempts = 8
/** An attempt with less time, in milliseconds, only costs. */
const leastMs = 20
/** Beyond a wait for what others wait for, too. */
const jitterMs = 50
