import { abortable, CANCELLED, linkedController } from '../../../async/abortable.js'
import { isPast } from '../../../async/timeout.js'
import type { Asked, Attempt } from '../../../plugin/miner.js'
import type { Usage } from '../../../plugin/money/spending.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { type AnswerStream, type CallAsked, unreadOutcome } from '../call/call.js'
import { costsNothing } from '../errors/unbilled.js'
import { upstreamOf } from '../errors/upstream.js'
import type { AttemptObserver } from '../health/health.js'
import type { MostTokens } from '../request/most-tokens.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'

/** An attempt while it runs. */
export type AttemptRecord = { -readonly [Field in keyof Attempt]: Attempt[Field] }

type AttemptOptions = {
  readonly attempt: AttemptRecord
  readonly observer: AttemptObserver
  readonly maxSilenceMs: number | null
  readonly hedgeMs: number | null
  /** called at the first token, a thought included */
  readonly onToken: () => void
  /** called before each chunk is yielded */
  readonly onChunk: () => void
}

/**
 * Calls one target once, records the result in `attempt` and reports it to `observer`. Ends when the signal aborts, even
 * if the call does not; always closes the connection.
 *
 * @param options.maxSilenceMs how long to wait for the first token; null: until the deadline
 * @param options.hedgeMs the silence after which another target is called too; null: never
 * @throws {NoAnswer} as the call, or `MODEL_TIMEOUT`
 * @throws the signal's reason; an unexpected error unchanged
 */
export async function* attemptOnce<Chunk>(
  targetCall: TargetCall<Chunk>,
  target: Target,
  asked: Pick<Asked, 'signal' | 'deadline'>,
  { attempt, observer, maxSilenceMs, hedgeMs, onToken, onChunk }: AttemptOptions,
): AnswerStream<Chunk> {
  const startedAt = performance.now()
  using controller = linkedController(asked.signal)
  const { signal } = controller
  let isSilent = true
  let isComplete = false
  const endSilence = () => {
    if (!isSilent) return
    isSilent = false
    clearTimeout(silenceTimer)
    observer.onToken()
    onToken()
  }
  const onUsage = (usage: Usage) => {
    attempt.usage = usage
  }
  const stream = targetCall.call(target, { signal, deadline: asked.deadline, onToken: endSilence, onUsage })
  // Not `timeoutSignal`: the first token clears this timer, and the signal must still follow the caller's after that.
  const silenceTimer =
    maxSilenceMs === null ? undefined : setTimeout(() => controller.abort(noFirstToken(target, attempt)), maxSilenceMs)
  try {
    for (;;) {
      const step = await abortable(stream.next(), signal)
      if (step.done) {
        isComplete = true
        if (step.value.usage) attempt.usage = step.value.usage
        observer.onSuccess()
        return step.value
      }
      endSilence()
      onChunk()
      yield step.value
    }
  } catch (error) {
    const isNoAnswer = error instanceof NoAnswer
    attempt.error = codeOf(error, asked)
    // At the deadline the error is the host's, and not about the endpoint.
    if (isNoAnswer && error.code === attempt.error) attempt.message = error.message
    if (isNoAnswer && error.retryAfterMs !== undefined) attempt.retryAfterMs = error.retryAfterMs
    if (isNoAnswer && isSilent && costsNothing(error)) attempt.usage = NO_USAGE
    const hasLostHedge = isNoAnswer && error.code === 'HEDGE_LOST'
    const hasBeenSilent = error === signal.reason && !asked.signal.aborted
    const isLate = isPast(asked.deadline) || (isNoAnswer && error.reason === 'late') || hasBeenSilent
    const isEndedByCaller = asked.signal.aborted || (isNoAnswer && error.reason === 'late')
    if (!isSilent && isEndedByCaller && !hasLostHedge) {
      // The endpoint was answering: a slow model whose answers are all cut at the deadline must clear its earlier failures.
      observer.onSuccess()
    } else if (isSilent && (hasLostHedge || isLate)) {
      // Counts as a failure only after a silence long enough to show something: a caller's short deadline must not open
      // the circuit breaker, and an endpoint that has sent a token is alive. But an endpoint that loses every hedge delays
      // every question by `hedgeMs`.
      // The timer of a hedge counts from the start of its turn of the loop, so that it ends early by what the turn took.
      const minSilenceMs = hasLostHedge && hedgeMs !== null ? hedgeMs * 0.9 : observer.minSilenceMs
      if (performance.now() - startedAt >= minSilenceMs) observer.onFailure(noFirstToken(target, attempt))
    } else if (isNoAnswer && !asked.signal.aborted) observer.onFailure(error)
    throw error
  } finally {
    clearTimeout(silenceTimer)
    // The reader may stop at a chunk; then the catch above does not run.
    if (!isComplete && attempt.error === undefined) {
      attempt.error = asked.signal.aborted ? codeOf(asked.signal.reason, asked) : 'ABORTED'
      if (attempt.error !== 'HEDGE_LOST') observer.onSuccess()
    }
    attempt.ms = Math.round(performance.now() - startedAt)
    observer.onAbort()
    controller.abort(CANCELLED)
    stream.return(unreadOutcome).catch(() => {})
  }
}

const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0 }

function codeOf(error: unknown, { signal, deadline }: Pick<Asked, 'signal' | 'deadline'>): string {
  // At the deadline, the reason of the caller's signal is the host's own error.
  if (signal.aborted && isPast(deadline)) return 'MODEL_TIMEOUT'
  if (error instanceof NoAnswer) return error.code
  return signal.aborted ? 'ABORTED' : 'INTERNAL'
}

function noFirstToken({ endpoint }: Target, { model }: AttemptRecord): NoAnswer {
  const { name } = upstreamOf(endpoint)
  return new NoAnswer('upstream', `${model} at ${name} did not begin to answer in time`, {
    code: 'MODEL_TIMEOUT',
    hint: 'check that the endpoint is up and not overloaded',
  })
}

/** How to ask any one of several targets the same question. */
export type TargetCall<Chunk> = {
  /** the model that the question names; absent: the model configured for the endpoint */
  readonly model?: string | undefined
  /** whether this endpoint streams its answer; a whole answer has no first token, so `firstTokenTimeout` does not bound it */
  isStreamed(endpoint: ModelEndpoint): boolean
  /** returns the most tokens that a call of this endpoint may use */
  most(endpoint: ModelEndpoint): MostTokens
  /** calls a target once */
  call(target: Target, asked: CallAsked): AnswerStream<Chunk>
}
