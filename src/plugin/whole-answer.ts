import type { Answer } from './dialect.js'
import { listen } from './listen.js'
import type { Asked, Miner, Question } from './miner.js'

/**
 * Asks a miner and waits until it has said all. `onFirst` is called when the first words are there.
 *
 * @throws {NoAnswer} as `listen`
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
    if (step.done) return { text, outcome: step.value }
    if (text === '') onFirst?.()
    text += step.value
  }
}
