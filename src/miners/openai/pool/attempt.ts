import { abortable, CANCELLED, linkedController } from '../../../async/abortable.js'
import { isPast } from '../../../async/timeout.js'
import type { Asked, Attempt, Outcome } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { CallAsked } from '../call/call.js'
import { upstreamOf } from '../errors/upstream.js'
import type { AttemptObserver } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'

/** An attempt while it runs. */
export type AttemptRecord = { -readonly [Field in keyof Attempt]: Attempt[Field] }

type AttemptOptions = {
  readonly attempt: AttemptRecord
  readonly trial: AttemptObserver
  readonly patienceMs: number | null
  readonly hedgeMs: number | null
  /** called at the first token, a thought included */
  readonly onToken: () => void
  /** called before the first word is given on */
  readonly onWord: () => void
}

/**
 * Asks one target once, writes into `attempt` how it went, and tells `trial` what that shows. It ends when the signal
 * aborts, even if the call does not; however it ends, the connection is closed.
 *
 * @param how.patienceMs how long to wait for the first token; null: until the deadline
 * @param how.hedgeMs the silence after which somebody else is asked, too; null: none
 * @throws {NoAnswer} as the call, or `MODEL_TIMEOUT`
 * @throws the signal's reason; an error of the program itself as it is
 */
export async function* attemptOnce<Given>(
  wanted: TargetCall<Given>,
  target: Target,
  asked: Pick<Asked, 'signal' | 'deadline'>,
  { attempt, trial, patienceMs, hedgeMs, onToken, onWord }: AttemptOptions,
): AsyncGenerator<Given, Outcome> {
  const startedAt = performance.now()
  using ending = linkedController(asked.signal)
  const { signal } = ending
  let isSilent = true
  let isWhole = false
  const hear = () => {
    if (!isSilent) return
    isSilent = false
    clearTimeout(impatience)
    trial.onToken()
    onToken()
  }
  const speech = wanted.call(target, { signal, deadline: asked.deadline, onToken: hear })
  // A timer of its own: the first token disarms it, and the link to the caller outlives it.
  const impatience =
    patienceMs === null ? undefined : setTimeout(() => ending.abort(silence(target, attempt)), patienceMs)
  try {
    for (;;) {
      const step = await abortable(speech.next(), signal)
      if (step.done) {
        isWhole = true
        trial.onSuccess()
        return step.value
      }
      hear()
      onWord()
      yield step.value
    }
  } catch (error) {
    const isOurs = error instanceof NoAnswer
    attempt.error = codeOf(error, asked)
    const isOutrun = isOurs && error.code === 'HEDGE_LOST'
    const isImpatience = error === signal.reason && !asked.signal.aborted
    const isLate = isPast(asked.deadline) || (isOurs && error.reason === 'late') || isImpatience
    if (isOutrun || isLate) {
      // A caller who gives little time must not make an endpoint look dead; and one who still speaks is alive. But one
      // that is always outrun costs everybody that time.
      const fairMs = isOutrun && hedgeMs !== null ? hedgeMs : trial.fairMs
      if (isSilent && performance.now() - startedAt >= fairMs) trial.onFailure(silence(target, attempt))
    } else if (isOurs && !asked.signal.aborted) trial.onFailure(error)
    throw error
  } finally {
    clearTimeout(impatience)
    // Whoever listened may leave at a word, and then nothing is thrown here.
    if (!isWhole) attempt.error ??= asked.signal.aborted ? codeOf(asked.signal.reason, asked) : 'ABORTED'
    attempt.ms = Math.round(performance.now() - startedAt)
    trial.onAbort()
    ending.abort(CANCELLED)
    speech.return(nobody).catch(() => {})
  }
}

// What a generator is told to return when it is told to stop.
const nobody: Outcome = { model: '', finishReason: '' }

function codeOf(error: unknown, { signal, deadline }: Pick<Asked, 'signal' | 'deadline'>): string {
  // Whatever the host calls it.
  if (signal.aborted && isPast(deadline)) return 'MODEL_TIMEOUT'
  if (error instanceof NoAnswer) return error.code
  return signal.aborted ? 'ABORTED' : 'INTERNAL'
}

function silence({ endpoint }: Target, { model }: AttemptRecord): NoAnswer {
  const { name } = upstreamOf(endpoint)
  return new NoAnswer('upstream', `${model} at ${name} did not begin to answer in time`, {
    code: 'MODEL_TIMEOUT',
    hint: 'check that the endpoint is up and not overloaded',
  })
}

/** What is wanted of one of several targets. */
export type TargetCall<Given> = {
  /** which model is asked for it; absent: the one that is configured there */
  readonly model?: string | undefined
  /** is it streamed there? what comes whole has no first token, so `firstTokenTimeout` does not bound it */
  isStreamed(endpoint: ModelEndpoint): boolean
  /** asks a target once */
  call(target: Target, asked: CallAsked): AsyncGenerator<Given, Outcome>
}
