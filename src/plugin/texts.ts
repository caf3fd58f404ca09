import type { Piece } from './miner.js'
import { NoAnswer } from './no-answer.js'
import { until } from './until.js'

/**
 * What a plugin's generator says, without trusting it: the signal ends the wait for the next piece, and the end of the
 * generator is not waited for, because `return()` hangs on one that is stuck in an await. Empty pieces are left out;
 * white space is held back until something follows it, so that whoever got a text has an answer, and half a character
 * (a surrogate) until the other half does, so that each text can be encoded by itself.
 *
 * @param speaker whom an error blames
 * @returns what the generator returned, unchecked
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space · ANSWER_TOO_LONG · MINER_MISBEHAVES or
 *   DIALECT_MISBEHAVES when it yields what its type does not allow
 * @throws the signal's reason · whatever the generator throws
 */
export async function* texts(
  speech: AsyncIterator<string | Piece, unknown>,
  signal: AbortSignal,
  speaker: 'miner' | 'dialect',
): AsyncGenerator<string, unknown> {
  signal.throwIfAborted()
  const noAnswer = (code: string, message: string) => new NoAnswer('upstream', message, { code })
  let length = 0
  let held: string | null = ''
  let half = ''
  try {
    for (;;) {
      const step = await until(Promise.resolve(speech.next()), signal)
      if (step.done) {
        if (held !== null) throw noAnswer('EMPTY_ANSWER', `the ${speaker} said nothing`)
        if (half !== '') yield half
        return step.value
      }
      const said = textOf(step.value)
      if (said === null) {
        const code = `${speaker.toUpperCase()}_MISBEHAVES`
        throw noAnswer(code, `the ${speaker} yielded something other than a text`)
      }
      length += said.length
      if (length > MAX_ANSWER) throw noAnswer('ANSWER_TOO_LONG', `the answer is longer than ${MAX_ANSWER} characters`)
      const joined = half + said
      half = /[\ud800-\udbff]$/.exec(joined)?.[0] ?? ''
      const text = joined.slice(0, joined.length - half.length)
      if (held === null) {
        if (text !== '') yield text
      } else if (text.trim() === '') {
        held += text
      } else {
        const first: string = held + text
        held = null
        yield first
      }
    }
  } finally {
    // What a generator throws while it is told to stop has nobody left to hear it.
    stop(speech).catch(() => {})
  }
}

/** Characters of an answer; more is a fault of the model, not an answer. */
const MAX_ANSWER = 4 * 1024 * 1024

function textOf(piece: unknown): string | null {
  const text = typeof piece === 'string' ? piece : (piece as Piece | null | undefined)?.text
  return typeof text === 'string' ? text : null
}

/**
 * Async, so that what is thrown at once is a rejection too. An iterator need not have a `return`. Where a plugin forgot
 * the asterisk it is a promise, and one that rejects unheard would end the process.
 */
async function stop(speech: AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>): Promise<void> {
  await (await speech).return?.()
}
