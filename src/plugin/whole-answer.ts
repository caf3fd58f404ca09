import { cutShort } from './cut-short.js'
import type { Answer } from './dialect.js'
import { listen } from './listen.js'
import type { Asked, Miner, Question } from './miner.js'

/**
 * Asks a miner and waits until it has said all, or so long as it may take.
 *
 * @param how.cutAfterMs when to take what there is, cut at a sentence or a word; if there is nothing yet, the wait goes
 *   on. The miner is left speaking: whoever asks aborts the signal when no more is wanted of it.
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
  const whole = async (): Promise<Answer> => {
    const speech = listen(miner.prompt(question, asked), asked.signal)
    for (;;) {
      const step = await speech.next()
      if (step.done) return { text, outcome: step.value, partial: false }
      if (text === '') onFirst?.()
      text += step.value
    }
  }
  if (cutAfterMs === undefined) return whole()

  const cut = Promise.withResolvers<Answer>()
  const timer = setTimeout(() => {
    if (text !== '') cut.resolve({ text: cutShort(text), outcome: CUT, partial: true })
  }, cutAfterMs)
  try {
    return await Promise.race([whole(), cut.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The miner tells its model when it is done, and it is not. */
const CUT = { model: 'unknown', finishReason: 'deadline' } as const
