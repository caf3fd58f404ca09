import type { Outcome, Piece } from '../miner.js'
import { outcomeOf } from './outcome-of.js'
import { speech } from './read-stream.js'

/**
 * Reads what a miner says, without trusting it.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space · ANSWER_TOO_LONG · MINER_MISBEHAVES when it yields or
 *   returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function* listen(
  said: AsyncIterator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<Piece, Outcome> {
  return outcomeOf(yield* speech(said, signal, 'miner'))
}
