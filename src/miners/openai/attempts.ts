import type { Log } from '../../plugin/log.js'
import type { Asked, Attempt, Outcome } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { until } from '../../plugin/until.js'
import { type Attempting, attemptOnce } from './attempt.js'
import { faultOf, mostTelling } from './faults.js'
import type { Health, Trial } from './health.js'
import type { SharedAsked } from './share.js'
import type { ModelEndpoint, Target } from './target.js'
import type { Wanted } from './wanted.js'

/** What all questions are tried with. */
export type Means = {
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
export class Attempts<Given> {
  readonly #means: Means
  readonly #targets: readonly Target[]
  readonly #wanted: Wanted<Given>
  readonly #asked: Asked | SharedAsked
  readonly #made: Attempting[] = []
  readonly #errors: NoAnswer[] = []
  readonly #asking = new Set<Target>()
  /** answer this question never */
  readonly #useless = new Set<Target>()
  readonly #failed = new Map<ModelEndpoint, { readonly times: number; readonly pauseUntil: number }>()
  #speaker: ModelEndpoint | undefined

  /** @param targets in the order in which they are asked */
  constructor(means: Means, targets: readonly Target[], wanted: Wanted<Given>, asked: Asked | SharedAsked) {
    this.#means = means
    this.#targets = targets
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
        this.#learn(target, error)
      }
    }
  }

  /** The error that tells most of why there is no answer, with all attempts; a reason to leave or a bug as it is. */
  explained(error: unknown): unknown {
    if (this.#asked.signal.aborted || !(error instanceof NoAnswer)) return error
    const told = (this.#speaker ? undefined : mostTelling(this.#errors)) ?? error
    const retryAfterMs = told.retryAfterMs ?? (told.reason === 'busy' ? this.#msUntilAwake() : undefined)
    return new NoAnswer(told.reason, told.message, {
      code: told.code,
      ...(told.hint !== undefined && { hint: told.hint }),
      misuse: told.misuse,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      attempts: this.#made,
      cause: told.cause,
    })
  }

  /** What to ask next, as soon as it may be asked; from then on nobody else may probe it. */
  async #next(signal: AbortSignal): Promise<{ readonly target: Target; readonly trial: Trial }> {
    for (;;) {
      signal.throwIfAborted()
      const best = this.#best()
      const fits = best && this.#made.length < mostAttempts && this.#msLeft() >= best.waitMs + leastMs
      if (!fits) throw this.#nothingFits()
      const { target, waitMs } = best
      if (waitMs === 0) {
        this.#asking.add(target)
        return { target, trial: this.#means.health.begin(target) }
      }
      await this.#pause(waitMs, signal)
    }
  }

  /** The first of those that may be asked soonest; of them one of an endpoint that is not being asked or has not failed. */
  #best(): { readonly target: Target; readonly waitMs: number } | undefined {
    const now = performance.now()
    const asked = new Set([...this.#asking].map(({ endpoint }) => endpoint))
    const [best] = this.#targets
      .filter(target => !this.#asking.has(target) && !this.#useless.has(target))
      .map(target => {
        const { times = 0, pauseUntil = now } = this.#failed.get(target.endpoint) ?? {}
        const waitMs = Math.max(0, pauseUntil - now, this.#means.health.msUntilAwake(target))
        return { target, waitMs, times, isAsked: Number(asked.has(target.endpoint)) }
      })
      .filter(({ times }) => times < mostFailures)
      .sort((a, b) => a.waitMs - b.waitMs || a.isAsked - b.isAsked || a.times - b.times)
    return best
  }

  async *#attempt(
    target: Target,
    trial: Trial,
    { signal, onToken }: { readonly signal: AbortSignal; readonly onToken: () => void },
  ): AsyncGenerator<Given, Outcome> {
    const { log, hedgeMs } = this.#means
    const { model = target.endpoint.config.model } = this.#wanted
    // Silence takes no more than half of the time from a question that somebody else could answer.
    const mayTakeAll = !trial.isProbe && target.endpoint.config.firstTokenTimeout !== null
    const patienceMs = mayTakeAll || this.#isAlone(target) ? null : this.#msLeft() / 2
    const attempt: Attempting = { endpoint: target.endpoint.name, model, ms: 0 }
    this.#made.push(attempt)
    try {
      // A call cannot be given more time once it runs; the signal ends it when nobody is left who has any.
      const deadline = 'lastDeadline' in this.#asked ? this.#asked.lastDeadline : this.#asked.deadline
      return yield* attemptOnce(
        this.#wanted,
        target,
        { signal, deadline },
        {
          attempt,
          trial,
          patienceMs,
          hedgeMs,
          onToken,
          onWord: () => {
            this.#speaker = target.endpoint
          },
        },
      )
    } finally {
      this.#asking.delete(target)
      this.#asked.onAttempt?.(attempt)
      log.debug({ event: 'attempt', id: this.#asked.id, key: target.keyAt + 1, ...attempt })
    }
  }

  /** Is there no other endpoint that could be asked now? */
  #isAlone({ endpoint }: Target): boolean {
    const other = this.#best()
    return other?.waitMs !== 0 || other.target.endpoint === endpoint
  }

  #learn(target: Target, error: NoAnswer): void {
    this.#errors.push(error)
    const { endpoint } = target
    const fault = faultOf(error)
    if (fault === 'key') this.#useless.add(target)
    if (fault === 'question') for (const one of this.#targets) if (one.endpoint === endpoint) this.#useless.add(one)
    if (fault !== 'endpoint') return
    const times = (this.#failed.get(endpoint)?.times ?? 0) + 1
    // Full jitter: who failed together must not come back together.
    const pauseMs = this.#means.random() * Math.min(pauses.most, pauses.first * 2 ** (times - 1))
    this.#failed.set(endpoint, { times, pauseUntil: performance.now() + pauseMs })
  }

  #nothingFits(): NoAnswer {
    const resting = this.#targets.flatMap(target => {
      const why = this.#means.health.why(target)
      return why ? [{ target, why }] : []
    })
    const why = mostTelling(resting.map(({ why }) => why))
    if (why === undefined)
      return new NoAnswer('late', 'there was no time left to ask a model', {
        code: 'MODEL_TIMEOUT',
        hint: 'callers who wait longer, or a faster model, leave more time',
      })
    const restMs = Math.ceil(this.#msUntilAwake())
    const { endpoint } = resting.find(one => one.why === why)!.target
    return new NoAnswer(
      why.reason === 'late' ? 'upstream' : why.reason,
      `${endpoint.name} rests for ${Math.ceil(restMs / 1000)} s: ${why.message}`,
      {
        code: why.code,
        ...(why.hint !== undefined && { hint: why.hint }),
        misuse: why.misuse,
        retryAfterMs: restMs,
      },
    )
  }

  #msLeft(): number {
    return this.#asked.deadline - Date.now()
  }

  #msUntilAwake(): number {
    return Math.min(...this.#targets.map(target => this.#means.health.msUntilAwake(target)))
  }

  /** Waits, but not for a rest that ends early. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    // With jitter, because others wait for the same moment.
    const timer = setTimeout(resolve, Math.min(ms + this.#means.random() * jitterMs, 2 ** 31 - 1))
    try {
      await until(Promise.race([over, this.#means.health.news()]), signal)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Of one question, with however many keys. */
const mostAttempts = 8
/** Of one question at one endpoint, as far as it is the endpoint that fails. */
const mostFailures = 4
/** An attempt with less time, in milliseconds, only costs. */
const leastMs = 20
/** Before the same endpoint is asked again: at most `first` ms, twice as long each time. */
const pauses = { first: 250, most: 4_000 }
const jitterMs = 50
