import { TimeoutError, withTimeout } from '../../async/timeout.js'
import type { Answer } from '../dialect.js'
import type { Asked, Attempt, Logprob, Miner, Outcome, Question } from '../miner.js'
import { NoAnswer } from '../no-answer.js'
import { ToolCalls } from '../tool-calls.js'
import { readAnswer } from './read-answer.js'

/**
 * Asks a miner and waits until it has said all, or so long as it may take. An answer that fails in the middle is begun
 * again, once: a miner must not repeat what it has said, but here nothing of it was given on. Whatever comes of it tells
 * the attempts of both.
 *
 * @param how.cutAfterMs when to take what there is, cut at a sentence or a word; if there is nothing yet, the wait goes
 *   on. The miner is left speaking: whoever asks aborts the signal when no more is wanted of it. Without it no answer is
 *   ever cut.
 * @param how.onFirst called when the first words are there
 * @throws {NoAnswer} as `listen`
 * @throws the signal's reason · whatever the miner throws
 */
export async function collectAnswer(
  miner: Miner,
  question: Question,
  asked: Asked,
  { cutAfterMs, onFirst }: { cutAfterMs?: number | undefined; onFirst?: () => void } = {},
): Promise<Answer> {
  let text = ''
  let failed = ''
  let hasBegun = false
  let attempts: readonly Attempt[] | undefined
  const longest = () => (text.length > failed.length ? text : failed)
  const speak = async (): Promise<Answer> => {
    const speech = readAnswer(miner.prompt(question, asked), asked.signal)
    const calls = new ToolCalls()
    const logprobs: Logprob[] = []
    for (;;) {
      const step = await speech.next()
      if (step.done) {
        const outcome = withAttempts(step.value, joined(attempts, step.value))
        return { text, toolCalls: outcome.toolCalls ?? calls.all, logprobs, outcome, partial: false }
      }
      if (!hasBegun) onFirst?.()
      hasBegun = true
      text += step.value.text ?? ''
      calls.add(step.value.toolCalls ?? [])
      for (const logprob of step.value.logprobs ?? []) logprobs.push(logprob)
    }
  }
  const cutHere = (finishReason: 'cut' | 'deadline'): Answer => {
    // The miner tells its model when it is done, and it is not.
    const outcome = withAttempts({ model: 'unknown', finishReason }, attempts)
    return { text: truncateAtSentence(longest()), toolCalls: [], logprobs: [], outcome, partial: true }
  }
  const speakAgain = async (error: unknown): Promise<Answer> => {
    if (!hasBegun || !(error instanceof NoAnswer) || !mayPass(error)) throw error
    failed = text
    text = ''
    attempts = error.attempts
    return speak().catch(again => {
      asked.signal.throwIfAborted()
      if (again instanceof NoAnswer) attempts = joined(attempts, again)
      if (cutAfterMs !== undefined && longest() !== '') return cutHere('cut')
      throw again instanceof NoAnswer && attempts ? again.with({ attempts }) : again
    })
  }
  const whole = speak().catch(speakAgain)
  if (cutAfterMs === undefined) return whole

  return withTimeout(whole, cutAfterMs).catch(error => {
    if (!(error instanceof TimeoutError)) throw error
    return longest() === '' ? whole : cutHere('deadline')
  })
}

/** Did its model fail, so that another try may do better? Not at what the miner would only do again. */
function mayPass({ reason, code }: NoAnswer): boolean {
  return reason === 'upstream' && !FAULTS.has(code)
}

const FAULTS: ReadonlySet<string> = new Set(['ANSWER_TOO_LONG', 'MINER_MISBEHAVES'])

type Attempts = readonly Attempt[] | undefined

/** Those of the try before, and of the last one. */
function joined(before: Attempts, last: { readonly attempts?: Attempts }): Attempts {
  return before || last.attempts ? [...(before ?? []), ...(last.attempts ?? [])] : undefined
}

function withAttempts(outcome: Outcome, attempts: Attempts): Outcome {
  return attempts ? { ...outcome, attempts } : outcome
}

/**
 * An unfinished answer, cut where it reads best: after its last sentence or, failing that, its last word. A text
 * without either is left as it is. It gives up 1,000 characters at most.
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

// The mark, the quotes and brackets that it closes, and then a space or the end. A full stop after a digit may be in
// "3.14" or after the number of a list, one after a single letter in "e.g.": neither ends a sentence. Chinese and
// Japanese put no space after theirs.
const SENTENCE_END = /(?:(?:[!?…]|(?<![\d.]|(?<!\p{L})\p{L})\.+)["'”’»)\]]*(?=\s|$)|[。！？｡]["”’」』）]*)/gu
