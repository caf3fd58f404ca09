import { setImmediate as turn } from 'node:timers/promises'
import { abortable } from '../../async/abortable.js'
import type { Piece } from '../miner.js'
import { type HostCode, NoAnswer } from '../no-answer.js'
import type { PluginKind } from '../sdk.js'
import { closeIterator, watchAbandoned } from './abandon.js'
import { questionSignal } from './bounded-fetch.js'
import { contractError, requireGenerator, typeName } from './contract-error.js'

/**
 * Reads a plugin's generator without trusting it. The signal ends the wait for the next piece. The generator is closed
 * without waiting for its end, because `return()` hangs while it is stuck in an await. Empty pieces are dropped. White
 * space is held back until other text follows it, so that a reader who received text has an answer. Half a character (a
 * surrogate) is held back until the other half follows, so that each text can be encoded by itself. Tool calls and
 * logprobs of a piece are yielded at once. Requests that the generator makes by the host's `fetch` end with the signal.
 *
 * @param kind the kind of plugin that an error blames
 * @returns what the generator returned, unchecked
 * @throws {NoAnswer} EMPTY_ANSWER when the answer is white space only, without a tool call · ANSWER_TOO_LONG ·
 *   MINER_MISBEHAVES or DIALECT_MISBEHAVES when it is not a generator, or yields what its type does not allow
 * @throws the signal's reason · whatever the generator throws
 */
export async function* readStream(
  generator: AsyncIterator<string | Piece, unknown>,
  signal: AbortSignal,
  kind: PluginKind,
): AsyncGenerator<Piece, unknown> {
  const noAnswer = (code: HostCode, message: string, hint?: string) =>
    new NoAnswer('upstream', message, { code, ...(hint && { hint }) })
  let length = 0
  let held: string | null = ''
  let half = ''
  let calls = false
  let pending: Promise<unknown> | null = null
  try {
    signal.throwIfAborted()
    requireGenerator(generator, kind)
    for (let count = 1; ; count++) {
      // A generator that never waits would hold the thread, and its deadline could not fire.
      if (count % BURST === 0) await turn()
      const next = Promise.resolve(questionSignal.run(signal, () => generator.next()))
      pending = next
      const step = await abortable(next, signal)
      pending = null
      if (step.done) {
        if (held !== null && !calls)
          throw noAnswer('EMPTY_ANSWER', `the ${kind} returned an empty answer`, 'yield text, or throw a NoAnswer')
        if (half !== '') yield { text: half }
        return step.value
      }
      const piece = pieceOf(step.value)
      if (piece === null) {
        const message = `the ${kind} yielded ${typeName(step.value)}, which is not a piece of an answer`
        throw contractError(kind, message, 'yield a string, or { text, toolCalls, logprobs }')
      }
      const { text: added = '', ...beside } = piece
      if (beside.toolCalls || beside.logprobs) {
        length += sizeOf(beside)
        calls ||= (beside.toolCalls?.length ?? 0) > 0
        yield beside
      }
      length += added.length
      if (length > MAX_ANSWER) throw noAnswer('ANSWER_TOO_LONG', `the answer is longer than ${MAX_ANSWER} characters`)
      const joined = half + added
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
    if (pending) watchAbandoned(kind, pending)
    closeIterator(generator)
  }
}

/** The longest answer, in characters; a longer one is a fault of the model. */
const MAX_ANSWER = 4 * 1024 * 1024

/** How many pieces are read in one turn of the event loop, at most. */
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

/** What each part of a tool call and each token counts beyond its text: an empty one takes memory, too. */
const EACH = 32

/** Returns the approximate size in characters. */
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
