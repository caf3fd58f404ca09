import type { Outcome, Piece } from './miner.js'
import { NoAnswer } from './no-answer.js'
import { until } from './until.js'

/**
 * Reads what a miner says, without trusting it: the signal ends the wait for the next piece, and the end of the
 * generator is not waited for, because `return()` hangs on one that is stuck in an await. Empty pieces are left out.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space · ANSWER_TOO_LONG · MINER_MISBEHAVES when it yields or
 *   returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function* listen(
  speech: AsyncIterator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<string, Outcome> {
  signal.throwIfAborted()
  let length = 0
  let isBlank = true
  try {
    for (;;) {
      const step = await until(Promise.resolve(speech.next()), signal)
      if (step.done) {
        if (isBlank) throw noAnswer('EMPTY_ANSWER', 'the miner said nothing')
        return outcomeOf(step.value)
      }
      const text = textOf(step.value)
      length += text.length
      if (length > MAX_ANSWER) throw noAnswer('ANSWER_TOO_LONG', `the answer is longer than ${MAX_ANSWER} characters`)
      isBlank &&= text.trim() === ''
      if (text) yield text
    }
  } finally {
    // What a generator throws while it is told to stop has nobody left to hear it.
    stop(speech).catch(() => {})
  }
}

/** Characters of an answer; more is a fault of the model, not an answer. */
const MAX_ANSWER = 4 * 1024 * 1024

function textOf(piece: unknown): string {
  const text = typeof piece === 'string' ? piece : (piece as Piece | null | undefined)?.text
  if (typeof text !== 'string') throw noAnswer('MINER_MISBEHAVES', 'the miner yielded something other than a text')
  return text
}

function outcomeOf(end: unknown): Outcome {
  const outcome = end as Outcome | null | undefined
  if (typeof outcome?.model !== 'string' || typeof outcome.finishReason !== 'string') {
    throw noAnswer('MINER_MISBEHAVES', 'the miner did not return which model spoke and why it stopped')
  }
  return outcome
}

function noAnswer(code: string, message: string): NoAnswer {
  return new NoAnswer('upstream', message, { code })
}

/** Async, so that what is thrown at once is a rejection too. An iterator need not have a `return`. */
async function stop(speech: AsyncIterator<unknown>): Promise<void> {
  await speech.return?.()
}
