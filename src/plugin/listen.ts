import type { Outcome, Piece } from './miner.js'
import { until } from './until.js'

/**
 * Reads what a miner says, without trusting it: the signal ends the wait for the next piece, and the end of the
 * generator is not waited for, because `return()` hangs on one that is stuck in an await. Empty pieces are left out.
 *
 * @throws the signal's reason · whatever the miner throws
 */
export async function* listen(
  speech: AsyncGenerator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<string, Outcome> {
  signal.throwIfAborted()
  try {
    for (;;) {
      const step = await until(speech.next(), signal)
      if (step.done) return step.value
      const text = typeof step.value === 'string' ? step.value : step.value.text
      if (text) yield text
    }
  } finally {
    // What a generator throws while it is told to stop has nobody left to hear it.
    speech.return(undefined as never).catch(() => {})
  }
}
