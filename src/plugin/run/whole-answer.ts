import { setImmediate as turn } from 'node:timers/promises'
import { linkedController } from '../../async/abortable.js'
import { TimeoutError, withTimeout } from '../../async/timeout.js'
import type { Answer } from '../dialect.js'
import type { Asked, Attempt, Logprob, Miner, Outcome, Piece, Question } from '../miner.js'
import { NoAnswer } from '../no-answer.js'
import { ToolCalls } from '../tool-calls.js'
import { parseAttempt, readAnswer } from './read-answer.js'

/** An answer, and for a partial one why its text ends where it does. */
export type CollectedAnswer = Answer & { readonly cut?: AnswerCut }

type CollectHow = {
  readonly cutAfterMs?: number | undefined
  readonly onFirst?: () => void
  readonly onPiece?: (piece: Piece, isFirst: boolean) => void
}

/** Why the text of a partial answer ends where it does. */
export type AnswerCut = {
  /** `deadline`, or the code of the error that broke it off */
  readonly by: string
  /** the endpoint that wrote the text; absent when the miner reported no attempts */
  readonly endpoint?: string
}

/**
 * Asks a miner and collects its complete answer, or what it has when the time is up. An answer that fails in the middle
 * is asked for once more: a miner must not repeat what it has yielded, but here none of it was passed on. The result, or
 * the error, lists the attempts of both tries.
 *
 * @param how.cutAfterMs milliseconds after which to return the text so far, cut at a sentence or a word; without any text
 *   yet, the wait goes on. At the cut the miner's signal aborts, so that the miner reports the attempt that was running.
 *   Undefined: never cut.
 * @param how.onFirst called when the first piece arrives
 * @param how.onPiece called with each piece; `isFirst`: it begins a try, whose text replaces that of the one before
 * @throws {NoAnswer} as `readAnswer`
 * @throws the signal's reason · whatever the miner throws
 */
export async function collectAnswer(
  miner: Miner,
  question: Question,
  caller: Asked,
  { cutAfterMs, onFirst, onPiece }: CollectHow = {},
): Promise<CollectedAnswer> {
  using cut = cutAfterMs === undefined ? undefined : linkedController(caller.signal)
  const reported: Attempt[] = []
  const onAttempt = (attempt: unknown) => {
    const parsed = parseAttempt(attempt)
    if (parsed) reported.push(parsed)
    caller.onAttempt?.(attempt as Attempt)
  }
  // The miner itself lists its attempts in an answer that it finishes.
  const asked = cut ? { ...caller, signal: cut.signal, onAttempt } : caller
  let text = ''
  let failed = ''
  /** the code of the error that ended the first try */
  let failedBy = ''
  let hasBegun = false
  let attempts: readonly Attempt[] | undefined
  const longest = () => (text.length > failed.length ? text : failed)
  const collect = async (): Promise<CollectedAnswer> => {
    const pieces = readAnswer(miner.prompt(question, asked), asked.signal)
    const calls = new ToolCalls()
    const logprobs: Logprob[] = []
    let isFirst = true
    for (;;) {
      const step = await pieces.next()
      if (step.done) {
        const outcome = withAttempts(step.value, joined(attempts, step.value))
        return { text, toolCalls: outcome.toolCalls ?? calls.all, logprobs, outcome, partial: false }
      }
      if (!hasBegun) onFirst?.()
      hasBegun = true
      onPiece?.(step.value, isFirst)
      isFirst = false
      text += step.value.text ?? ''
      calls.add(step.value.toolCalls ?? [])
      for (const logprob of step.value.logprobs ?? []) logprobs.push(logprob)
    }
  }
  const cutHere = (finishReason: 'cut' | 'deadline', last: LastTry): CollectedAnswer => {
    const keepsLast = text.length > failed.length
    // A miner returns its model at the end, which has not come. Its attempts name the model of the text that is kept.
    const { model = 'unknown', endpoint } = (keepsLast ? last.attempts : attempts)?.at(-1) ?? {}
    const outcome = withAttempts({ model, finishReason }, joined(attempts, last))
    const reason: AnswerCut = { by: keepsLast ? last.by : failedBy, ...(endpoint !== undefined && { endpoint }) }
    return { text: truncateAtSentence(longest()), toolCalls: [], logprobs: [], outcome, partial: true, cut: reason }
  }
  const retry = async (error: unknown): Promise<CollectedAnswer> => {
    if (!hasBegun || !(error instanceof NoAnswer) || !isTransient(error)) throw error
    failed = text
    failedBy = error.code
    text = ''
    attempts = error.attempts ?? attemptsOf(reported.splice(0)).attempts
    return collect().catch(again => {
      asked.signal.throwIfAborted()
      const last = again instanceof NoAnswer && again.attempts ? again : attemptsOf(reported)
      if (cutAfterMs !== undefined && longest() !== '') return cutHere('cut', { ...last, by: codeOf(again) })
      attempts = joined(attempts, last)
      throw again instanceof NoAnswer && attempts ? again.with({ attempts }) : again
    })
  }
  const whole = collect().catch(retry)
  if (!cut || cutAfterMs === undefined) return whole

  return await withTimeout(whole, cutAfterMs).catch(async error => {
    if (!(error instanceof TimeoutError)) throw error
    if (longest() === '') return whole
    cut.abort(deadlineReached())
    await turn() // an aborted miner reports its attempts before the next turn of the event loop
    caller.signal.throwIfAborted()
    return cutHere('deadline', { ...attemptsOf(reported), by: 'deadline' })
  })
}

function deadlineReached(): NoAnswer {
  return new NoAnswer('late', 'the answer was cut at the deadline', { code: 'MODEL_TIMEOUT' })
}

function codeOf(error: unknown): string {
  return error instanceof NoAnswer ? error.code : 'INTERNAL'
}

function attemptsOf(reported: readonly Attempt[]): { readonly attempts?: Attempts } {
  return reported.length > 0 ? { attempts: reported } : {}
}

/** Returns whether the model failed, so that a retry may succeed; faults of the miner itself would only recur. */
function isTransient({ reason, code }: NoAnswer): boolean {
  return reason === 'upstream' && !FAULTS.has(code)
}

const FAULTS: ReadonlySet<string> = new Set(['ANSWER_TOO_LONG', 'MINER_MISBEHAVES'])

/** The try that ran last: its attempts, and what ended it. */
type LastTry = { readonly attempts?: Attempts; readonly by: string }

type Attempts = readonly Attempt[] | undefined

/** Joins the attempts of the first try and of the second. */
function joined(before: Attempts, last: { readonly attempts?: Attempts }): Attempts {
  return before || last.attempts ? [...(before ?? []), ...(last.attempts ?? [])] : undefined
}

function withAttempts(outcome: Outcome, attempts: Attempts): Outcome {
  return attempts ? { ...outcome, attempts } : outcome
}

/**
 * Cuts an unfinished answer after its last sentence or, failing that, its last word. Text without either stays as it is.
 * Drops at most 1,000 characters.
 *
 * @param text not blank
 * @returns not blank
 */
export function truncateAtSentence(text: string): string {
  const start = Math.max(0, text.length - MAX_LOSS)
  const tail = text.slice(start)
  const sentence = [...tail.matchAll(SENTENCE_END)].at(-1)
  if (sentence) return text.slice(0, start + sentence.index + sentence[0].length)
  const word = tail.search(/\s\S*$/)
  const words = word < 0 ? '' : text.slice(0, start + word)
  return words.trim() === '' ? text : words
}

const MAX_LOSS = 1000

// The mark, the closing quotes and brackets after it, and then a space or the end. A full stop after a digit may be part
// of "3.14" or of a list's number, one after a single letter part of "e.g.": neither ends a sentence. Chinese and
// Japanese put no space after theirs.
const SENTENCE_END = /(?:(?:[!?…]|(?<![\d.]|(?<!\p{L})\p{L})\.+)["'”’»)\]]*(?=\s|$)|[。！？｡]["”’」』）]*)/gu
