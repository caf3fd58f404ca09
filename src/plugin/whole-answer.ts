import type { Answer } from './dialect.js'
import { listen } from './listen.js'
import type { Asked, Miner, Question } from './miner.js'
import { NoAnswer } from './no-answer.js'

/** Characters of an answer; more is a fault of the model, not an answer. */
const MAX_ANSWER = 4 * 1024 * 1024

/**
 * Asks a miner and waits until it has said all. `onFirst` is called when the first words are there.
 *
 * @throws {NoAnswer} when it says nothing, or does not end
 * @throws the signal's reason · whatever the miner throws
 */
export async function wholeAnswer(
  miner: Miner,
  question: Question,
  asked: Asked,
  onFirst?: () => void,
): Promise<Answer> {
  const speech = listen(miner.prompt(question, asked), asked.signal)
  let text = ''
  for (;;) {
    const step = await speech.next()
    if (step.done) {
      if (text.trim() === '') throw new NoAnswer('upstream', 'the miner said nothing', { code: 'EMPTY_ANSWER' })
      return { text, outcome: step.value }
    }
    if (text === '') onFirst?.()
    text += step.value
    if (text.length > MAX_ANSWER) {
      await speech.return(undefined as never)
      throw new NoAnswer('upstream', `the answer is longer than ${MAX_ANSWER} characters`, { code: 'ANSWER_TOO_LONG' })
    }
  }
}
