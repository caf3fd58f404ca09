import { setImmediate as turn } from 'node:timers/promises'
import { abortable } from '../../async/abortable.js'
import type { Piece } from '../miner.js'
import { type HostCode, NoAnswer } from '../no-answer.js'
import type { PluginKind } from '../sdk.js'
import { closeIterator, watchAbandoned } from './abandon.js'
import { questionSignal } from './bounded-fetch.js'
import { contractError, requireGenerator, typeName } from './contract-error.js'

/**
 * What a plugin's generator says, without trusting it: the signal ends the wait for the next piece, and the end of the
 * generator is not waited for, because `return()` hangs on one that is stuck in an await. Empty pieces are left out;
 * white space is held back until something follows it, so that whoever got a text has an answer, and half a character
 * (a surrogate) until the other half does, so that each text can be encoded by itself. What a piece holds beside its text
 * goes on at once. What the generator asks by the host's `fetch` ends with the signal.
 *
 * @param speaker whom an error blames
 * @returns what the generator returned, unchecked
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space, and no tool is called · ANSWER_TOO_LONG · MINER_MISBEHAVES or
 *   DIALECT_MISBEHAVES when it is no generator, or yields what its type does not allow
 * @throws the signal's reason · whatever the generator throws
 */
export async function* readStream(
  said: AsyncIterator<string | Piece, unknown>,
  signal: AbortSignal,
  speaker: PluginKind,
): AsyncGenerator<Piece, unknown> {
  const noAnswer = (code: HostCode, message: string) => new NoAnswer('upstream', message, { code })
  let length = 0
  let held: string | null = ''
  let half = ''
  let calls = false
  let pending: Promise<unknown> | null = null
  try {
    signal.throwIfAborted()
    requireGenerator(said, speaker)
    for (let heard = 1; ; heard++) {
      // A generator that waits for nothing would keep the thread, and its deadline could never come.
      if (heard % BURST === 0) await turn()
      const next = Promise.resolve(questionSignal.run(signal, () => said.next()))
      pending = next
      const step = await abortable(next, signal)
      pending = null
      if (step.done) {
        if (held !== null && !calls) throw noAnswer('EMPTY_ANSWER', `the ${speaker} said nothing`)
        if (half !== '') yield { text: half }
        return step.value
      }
      const piece = pieceOf(step.value)
      if (piece === null) {
        const message = `the ${speaker} yielded ${typeName(step.value)}, which is no piece of an answer`
        throw contractError(speaker, message, 'yield a string, or { text, toolCalls, logprobs }')
      }
      const { text: saidNow = '', ...beside } = piece
      if (beside.toolCalls || beside.logprobs) {
        length += sizeOf(beside)
        calls ||= (beside.toolCalls?.length ?? 0) > 0
        yield beside
      }
      length += saidNow.length
      if (length > MAX_ANSWER) throw noAnswer('ANSWER_TOO_LONG', `the answer is longer than ${MAX_ANSWER} characters`)
      const joined = half + saidNow
      half = /[\ud800-\udbff]$/.exec(joined)?.[0] ?? ''
      const text = joined.slice(0, joined.length - half.length)
      if (held === null) {
        if (text !== '') yield { text }
      } else if (text.trim() === '') {
        held += text
      } else {
        const first: string = held + text
        held = null
        yield { text: first }
      }
    }
  } finally {
    if (pending) watchAbandoned(speaker, pending)
    closeIterator(said)
  }
}

/** Characters of an answer; more is a fault of the model, not an answer. */
const MAX_ANSWER = 4 * 1024 * 1024

/** Pieces that are heard in one turn of the event loop, at most. */
const BURST = 256

function pieceOf(value: unknown): Piece | null {
  if (typeof value === 'string') return { text: value }
  const { text, toolCalls, logprobs } = (value ?? {}) as { readonly [name in keyof Piece]: unknown }
  if (text === undefined && toolCalls === undefined && logprobs === undefined) return null
  if (text !== undefined && typeof text !== 'string') return null
  if (toolCalls !== undefined && !(Array.isArray(toolCalls) && toolCalls.every(isToolDelta))) return null
  if (logprobs !== undefined && !(Array.isArray(logprobs) && logprobs.every(isLogprob))) return null
  return value as Piece
}

function isToolDelta(value: unknown): boolean {
  const delta = (value ?? {}) as Record<string, unknown>
  return (
    Number.isSafeInteger(delta.index) &&
    [delta.id, delta.name, delta.arguments].every(text => text === undefined || typeof text === 'string')
  )
}

function isLogprob(value: unknown): boolean {
  const { token, logprob } = (value ?? {}) as Record<string, unknown>
  return typeof token === 'string' && typeof logprob === 'number'
}

/** A part of a call, or a token, that has no word in it is kept, too. */
const EACH = 32

/** In characters, about. */
function sizeOf({ toolCalls = [], logprobs = [] }: Piece): number {
  const ofCalls = toolCalls.reduce(
    (sum, call) => sum + EACH + lengthOf(call.id) + lengthOf(call.name) + lengthOf(call.arguments),
    0,
  )
  return ofCalls + logprobs.reduce((sum, { token }) => sum + EACH + token.length, 0)
}

function lengthOf(text = ''): number {
  return text.length
}
