import type { OpenAI } from 'openai'
import type { Outcome, Piece, Question } from '../../../plugin/miner.js'
import type { Heard } from '../response/answer.js'
import type { Target } from '../settings/target.js'
import type { CallMeans } from './call.js'
import { converse } from './converse.js'

/**
 * Asks a model once, and gives on what it says as it comes. What it refuses for a parameter is asked again without it,
 * which counts as the same call.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
 */
export function callModel(
  client: OpenAI,
  target: Target,
  question: Question,
  asked: CallMeans,
): AsyncGenerator<string | Piece, Outcome> {
  const ear = { isRelay: false, hear: ({ said }: Heard) => said, pass: () => undefined }
  return converse(client, target, question, { ...asked, ear })
}
