import { setImmediate as turn } from 'node:timers/promises'
import type { Frames } from '../../plugin/dialect.js'
import type { Piece } from '../../plugin/miner.js'
import { type HostCode, NoAnswer } from '../../plugin/no-answer.js'
import { abortablePlugin, closeIterator } from '../../plugin/run/abandon.js'
import { contractError, requireGenerator, typeName } from '../../plugin/run/contract-error.js'

/** The most bytes of one streamed answer. */
const MAX_BYTES = 64 * 1024 * 1024
/** Values read in one turn of the event loop, so that the deadline of a generator that never waits can fire. */
const BURST = 256

/**
 * Encodes what a dialect's generator yields as frames for the wire. The generator is not trusted: the signal ends the wait
 * for its next value, and nothing waits for it to close.
 *
 * @throws {NoAnswer} EMPTY_ANSWER · ANSWER_TOO_LONG · DIALECT_MISBEHAVES when it is not a generator, or yields a
 *   value that its frames do not allow
 * @throws the signal's reason · whatever the generator throws
 */
export async function* frames(
  values: AsyncIterator<unknown>,
  form: Exclude<Frames, 'text'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const noAnswer = (code: HostCode, message: string) => new NoAnswer('upstream', message, { code })
  let size = 0
  try {
    requireGenerator(values, 'dialect')
    for (let count = 1; ; count++) {
      if (count % BURST === 0) await turn()
      const step = await abortablePlugin('dialect', values.next(), signal)
      if (step.done) {
        if (size === 0) throw noAnswer('EMPTY_ANSWER', 'the dialect yielded nothing')
        return
      }
      const bytes = form === 'bytes' ? step.value : framed(step.value, form)
      if (!(bytes instanceof Uint8Array)) {
        const message = `the dialect yielded ${typeName(step.value)}, which is not what ${form} is made of`
        throw contractError('dialect', message, `yield ${form === 'bytes' ? 'a Uint8Array' : 'JSON'}`)
      }
      size += bytes.length
      if (size > MAX_BYTES) throw noAnswer('ANSWER_TOO_LONG', `the answer is longer than ${MAX_BYTES} bytes`)
      if (bytes.length > 0) yield bytes
    }
  } finally {
    closeIterator(values)
  }
}

/** @returns null for a value that JSON cannot hold */
function framed(value: unknown, form: 'sse' | 'jsonl' | 'json'): Uint8Array | null {
  const text = typeof value === 'string' ? value : jsonOf(value)
  if (text === undefined) return null
  if (form === 'sse') return Buffer.from(`data: ${text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n\n`)
  return Buffer.from(form === 'jsonl' ? `${text}\n` : text)
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined // a cycle, or an integer of any size
  }
}

/**
 * Cuts texts into UTF-8 pieces for the wire: at most a kilobyte, so that each fits one packet, and without splitting a
 * character, because the SDK's readers decode each packet by itself (opentensor/prompting prompting/protocol.py
 * process_streaming_response). Short texts are not joined.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when there is no text, although tools were called
 */
export async function* textFrames(texts: AsyncIterable<Piece>): AsyncGenerator<Uint8Array, void> {
  let isEmpty = true
  for await (const { text = '' } of texts) {
    const bytes = Buffer.from(text)
    for (let at = 0, end = 0; at < bytes.length; at = end) {
      end = Math.min(at + MAX_PIECE_BYTES, bytes.length)
      while (isInside(bytes[end])) end--
      isEmpty = false
      yield bytes.subarray(at, end)
    }
  }
  if (isEmpty) throw new NoAnswer('upstream', 'the dialect yielded nothing', { code: 'EMPTY_ANSWER' })
}

/** The most bytes of one piece of text. */
const MAX_PIECE_BYTES = 1024

/** Whether it is a continuation byte of UTF-8. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
