import { cutShort } from './cut-short.js'
import type { Answer } from './dialect.js'
import { listen } from './listen.js'
import type { Asked, Miner, Question } from './miner.js'
import { NoAnswer } from './no-answer.js'

/**
 * Asks a miner and waits until it has said all, or so long as it may take. An answer that fails in the middle is begun
 * again, once: a miner must not repeat what it has said, but here nothing of it was given on.
 *
 * @param how.cutAfterMs when to take what there is, cut at a sentence or a word; if there is nothing yet, the wait goes
 *   on. The miner is left speaking: whoever asks aborts the signal when no more is wanted of it. Without it no answer is
 *   ever cut.
 * @param how.onFirst called when the first words are there
 * @throws {NoAnswer} as `listen`
 * @throws the signal's reason · whatever the miner throws
 */
export async function wholeAnswer(
  miner: Miner,
  question: Question,
  asked: Asked,
  { cutAfterMs, onFirst }: { cutAfterMs?: number | undefined; onFirst?: () => void } = {},
): Promise<Answer> {
  let text = ''
  let failed = ''
  const longest = () => (text.length > failed.length ? text : failed)
  const speak = async (): Promise<Answer> => {
    const speech = listen(miner.prompt(question, asked), asked.signal)
    for (;;) {
      const step = await speech.next()
      if (step.done) return { text, outcome: step.value, partial: false }
      if (longest() === '') onFirst?.()
      text += step.value
    }
  }
  const speakAgain = async (error: unknown): Promise<Answer> => {
    if (text === '' || !mayPass(error)) throw error
    failed = text
    text = ''
    return speak().catch(again => {
      asked.signal.throwIfAborted()
      if (cutAfterMs === undefined) throw again
      return partial(longest(), 'cut')
    })
  }
  const whole = speak().catch(speakAgain)
  if (cutAfterMs === undefined) return whole

  const cut = Promise.withResolvers<Answer>()
  const timer = setTimeout(() => {
    if (longest() !== '') cut.resolve(partial(longest(), 'deadline'))
  }, cutAfterMs)
  try {
    return await Promise.race([whole, cut.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Did its model fail, so that another try may do better? Not at what the miner would only do again. */
function mayPass(error: unknown): boolean {
  return error instanceof NoAnswer && error.reason === 'upstream' && !FAULTS.has(error.code)
}

const FAULTS: ReadonlySet<string> = new Set(['ANSWER_TOO_LONG', 'MINER_MISBEHAVES'])

/** The miner tells its model when it is done, and it is not. */
function partial(text: string, finishReason: 'cut' | 'deadline'): Answer {
  return { text: cutShort(text), outcome: { model: 'unknown', finishReason }, partial: true }
}
