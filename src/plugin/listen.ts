import type { Outcome, Piece } from './miner.js'
import { outcomeOf } from './outcome-of.js'
import { texts } from './texts.js'

/**
 * Reads what a miner says, without trusting it.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space · ANSWER_TOO_LONG · MINER_MISBEHAVES when it yields or
 *   returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function* listen(
  speech: AsyncIterator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<string, Outcome> {
  return outcomeOf(yield* texts(speech, signal, 'miner'))
}
