/*
 * Which endpoint is asked next, and when is a failed one asked again?
 *
 * A target is an endpoint with one of its keys. Each question has its own order of targets (`#targets` in model-pool.ts):
 * endpoints as configured, neighbours with a weight drawn by it (endpoint-order.ts), those with the model that the
 * question names first, one that broke off in the middle of this very question's answer last. Keys of an endpoint take
 * turns from question to question.
 *
 * The next target is the one that may be asked soonest; ties go to an endpoint that is not being asked now (by a hedge),
 * then to fewer failures in this question, then to that order (`best` in candidates.ts). An endpoint without a first token
 * fails after half of the time left if another may be asked (`#maxSilenceMs`). A failure has one of four faults, by its
 * code (health/faults.ts):
 *
 * | fault    | this question (candidates.ts)                             | all questions (health/health.ts)          |
 * | question | rules out the endpoint, with all keys                     | -                                         |
 * | key      | rules out this key                                        | key cools down: 60 s, ×2, at most 16 min; |
 * |          |                                                           | for a 403: 1 s, ×2, at most 60 s          |
 * | rate     | -                                                         | key cools down: 1 s, ×2, at most 60 s     |
 * | endpoint | pauses the endpoint: random, at most 250 ms, ×2, at most  | circuit breaker opens after 5 in a row:   |
 * |          | 4 s; rules it out after 4 failures                        | 2 s, ×2, at most 60 s, then one probe     |
 *
 * With any fault, a `Retry-After` (kept within 100 ms to an hour) starts or extends the key's cooldown in place of these
 * lengths. A target's wait is the longest of its pause, its key's cooldown (health/cooldown.ts) and its endpoint's
 * circuit breaker (health/circuit-breaker.ts). The breaker closes at the first token, or at a failure with another fault;
 * an answer, or a failure that is not the endpoint's fault, resets the lengths. One that the caller or its deadline ends
 * after the first token is an answer; one that breaks off or stalls there is a failure.
 *
 * A rest leaves the questions to other targets. When all that are left rest and none is running, it would only lengthen the
 * outage, and a shorter one counts: the key's 1 s, ×2, at most 10 s; the breaker's 2 s, ×2, at most 10 s; a `Retry-After` up
 * to 60 s in full, and a longer one as if there were none (a quota, or a mistake), but not for the question that was told.
 *
 * When every target has to wait, the question waits for the soonest. It gives up when the wait does not fit its deadline,
 * after 8 attempts, or when no target is left. After a chunk has been yielded it asks no other: the parts of two answers
 * do not fit together.
 */
import { abortable, CANCELLED } from '../../../async/abortable.js'
import { timeoutSignal } from '../../../async/timeout.js'
import type { Log } from '../../../plugin/log.js'
import type { Asked, Attempt } from '../../../plugin/miner.js'
import type { Spend, Spending } from '../../../plugin/money/spending.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { AnswerStream } from '../call/call.js'
import { mostSpecific } from '../health/faults.js'
import type { AttemptObserver, Health } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import { type AttemptRecord, attemptOnce, type TargetCall } from './attempt.js'
import { Candidates, msUntilAvailable, noTargetError } from './candidates.js'
import type { CoalescedAsked } from './coalesce.js'

/** What all questions share. */
export type FailoverContext = {
  readonly health: Health
  readonly log: Log
  /** from 0 to below 1 */
  readonly random: () => number
  /** see `hedge` */
  readonly hedgeMs: number | null
}

/**
 * All attempts at one question. It may run twice at the same time (hedging): both runs share the limits, and no target is
 * asked twice at once.
 */
export class Failover<Chunk> {
  readonly #context: FailoverContext
  readonly #targets: readonly Target[]
  readonly #candidates: Candidates
  readonly #targetCall: TargetCall<Chunk>
  readonly #asked: Asked | CoalescedAsked
  readonly #attempts: AttemptRecord[] = []
  readonly #errors: NoAnswer[] = []
  #answeredBy: ModelEndpoint | undefined

  /** @param targets in the order of preference */
  constructor(
    context: FailoverContext,
    targets: readonly Target[],
    targetCall: TargetCall<Chunk>,
    asked: Asked | CoalescedAsked,
  ) {
    this.#context = context
    this.#targets = targets
    this.#candidates = new Candidates(targets, context)
    this.#targetCall = targetCall
    this.#asked = asked
  }

  /** The endpoint that yielded a chunk, if any did. */
  get answeredBy(): ModelEndpoint | undefined {
    return this.#answeredBy
  }

  /** In the order of their start. */
  get attempts(): readonly Attempt[] {
    return this.#attempts
  }

  /**
   * Asks target after target until one yields a chunk, and streams its answer.
   *
   * @param signal the caller's, or one that follows it
   * @param onToken called at the first token of each attempt, a thought included
   * @throws {NoAnswer} of the attempt that yielded, or when no target can be asked; {@link bestError} chooses what to report
   * @throws the signal's reason; an unexpected error unchanged
   */
  async *run(signal: AbortSignal, onToken: () => void): AnswerStream<Chunk> {
    for (;;) {
      const { spending, ...next } = await this.#next(signal)
      const { target } = next
      try {
        return yield* this.#attempt(next, spending, { signal, onToken })
      } catch (error) {
        if (signal.aborted || this.#answeredBy || !(error instanceof NoAnswer)) throw error
        this.#errors.push(error)
        this.#candidates.onFailure(target, error)
      }
    }
  }

  /** Returns the most specific error of all attempts, with the attempts; an abort's reason or a bug unchanged. */
  bestError(error: unknown): unknown {
    if (this.#asked.signal.aborted || !(error instanceof NoAnswer)) return error
    const best = (this.#answeredBy ? undefined : mostSpecific(this.#errors)) ?? error
    const availableMs =
      best.reason === 'busy' || best.reason === 'loading'
        ? msUntilAvailable(this.#targets, this.#context.health)
        : undefined
    return best.with({ retryAfterMs: best.retryAfterMs ?? availableMs, attempts: this.#attempts })
  }

  /** Waits until the best target may be asked, and takes it; if its endpoint was resting, this attempt is the only probe. */
  async #next(signal: AbortSignal): Promise<Next & { readonly spending: Spending | undefined }> {
    const { health } = this.#context
    for (;;) {
      signal.throwIfAborted()
      const best = this.#candidates.best()
      const fits = best && this.#attempts.length < maxAttempts && this.#msLeft() >= best.waitMs + minCallMs
      if (!fits) throw noTargetError(this.#targets, health)
      const { target, waitMs } = best
      if (waitMs === 0) {
        this.#candidates.start(target)
        const { spend } = this.#asked
        const spending = spend && (await this.#reserve(target, signal, spend))
        if (spending !== null) return { target, observer: health.observe(target), spending }
        continue
      }
      await this.#pause(waitMs, signal)
    }
  }

  /**
   * Reserves the money for an attempt at a target.
   *
   * @returns null when the budget does not allow it; the target is then ruled out
   */
  async #reserve(target: Target, signal: AbortSignal, spend: Spend): Promise<Spending | null> {
    const { endpoint } = target
    const { model = endpoint.config.model } = this.#targetCall
    try {
      const spending = await spend({ endpoint: endpoint.name, model, ...this.#targetCall.most(endpoint) })
      if (!signal.aborted) return spending
      spending.end({ promptTokens: 0, completionTokens: 0 })
      throw signal.reason
    } catch (error) {
      this.#candidates.end(target)
      if (signal.aborted || !(error instanceof NoAnswer)) throw error
      this.#errors.push(error)
      this.#candidates.onFailure(target, error)
      return null
    }
  }

  /** Asks one target, and records and reports the attempt. */
  async *#attempt(
    { target, observer }: Next,
    spending: Spending | undefined,
    { signal, onToken }: { readonly signal: AbortSignal; readonly onToken: () => void },
  ): AnswerStream<Chunk> {
    const { log, hedgeMs } = this.#context
    const { endpoint, keyAt } = target
    const { model = endpoint.config.model } = this.#targetCall
    const attempt: AttemptRecord = { endpoint: endpoint.name, model, ms: 0 }
    const asked = { signal, deadline: this.#callDeadline() }
    const maxSilenceMs = this.#maxSilenceMs(endpoint, observer)
    const onChunk = () => {
      this.#answeredBy ??= endpoint // the loser of a hedge may have a chunk too, which is dropped
    }
    this.#attempts.push(attempt)
    try {
      const options = { attempt, observer, maxSilenceMs, hedgeMs, onToken, onChunk }
      return yield* attemptOnce(this.#targetCall, target, asked, options)
    } finally {
      this.#candidates.end(target)
      spending?.end(attempt.usage)
      this.#asked.onAttempt?.(attempt)
      log.debug({ event: 'attempt', id: this.#asked.id, key: keyAt + 1, ...attempt })
    }
  }

  /** How long an endpoint may take to its first token: half of the time left while another could be asked; null: all of it. */
  #maxSilenceMs(endpoint: ModelEndpoint, { isProbe }: AttemptObserver): number | null {
    // The operator's own limit wins, except for a probe, which is likely to fail.
    const isBounded = endpoint.config.firstTokenTimeout !== null && this.#targetCall.isStreamed(endpoint) && !isProbe
    return isBounded || !this.#candidates.hasAlternative(endpoint) ? null : this.#msLeft() / 2
  }

  #msLeft(): number {
    return this.#asked.deadline - Date.now()
  }

  /** A running call cannot be given more time, so a shared call starts with the latest deadline; its signal ends it earlier. */
  #callDeadline(): number {
    return 'lastDeadline' in this.#asked ? this.#asked.lastDeadline : this.#asked.deadline
  }

  /** Waits for this long, or until the health of any target changes. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    // With jitter, because other questions wait for the same moment.
    const pauseMs = ms + this.#context.random() * jitterMs
    // Not `withTimeout`: health may never change again, and would keep the signal, and with it the request, until then.
    using pause = timeoutSignal({ ms: pauseMs, reason: () => CANCELLED, parent: signal })
    await abortable(this.#context.health.changed(), pause.signal).catch(() => signal.throwIfAborted())
  }
}

type Next = { readonly target: Target; readonly observer: AttemptObserver }

/** For one question, however many keys there are. */
const maxAttempts = 8
/** With less time left, an attempt only costs. */
const minCallMs = 20
/** Added at most to a pause. */
const jitterMs = 50
