import { TextDecoder } from 'node:util'
import type { JsonObject } from '../wires/json/tree.js'
import { NoReply } from './no-reply.js'

/** How a streamed answer is heard. Each is for one answer. */
export type StreamReader<Piece> = {
  /** @throws {NoReply} when the body cannot be heard so */
  read(body: AsyncIterable<Uint8Array>): AsyncIterable<Piece>
  /** the one piece of an axon that answers whole; null when it is none */
  pieceOf(fields: JsonObject): Piece | null
  /** the asked fields with what was heard so far */
  filled(fields: JsonObject): JsonObject
}

/** Hears text. @param into the field that holds all of it in the end, if one does */
export function textReader(into: string | undefined): StreamReader<string> {
  let text = ''
  return {
    async *read(body) {
      for await (const piece of decodeText(body)) {
        text += piece
        yield piece
      }
    },
    pieceOf(fields) {
      const answer = into === undefined ? null : fields.get(into)
      return typeof answer === 'string' && answer !== '' ? answer : null
    },
    filled: fields => (into === undefined ? fields : new Map([...fields, [into, text]])),
  }
}

/** Hears bytes as they come, whatever their frames. */
export const byteReader: StreamReader<Uint8Array> = {
  read: body => body,
  pieceOf: () => null,
  filled: fields => fields,
}

/**
 * The text of a body as it comes. A character that is split over two chunks comes with the second of them.
 *
 * @throws {NoReply} 422 when it is not UTF-8; the SDK's text for that names Python's codec
 * @throws whatever the body throws
 */
export async function* decodeText(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for await (const chunk of body) {
    const text = decode(decoder, chunk)
    if (text !== '') yield text
  }
  decode(decoder)
}

/** @param chunk left out at the end: then what is left must be nothing */
function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch (cause) {
    throw new NoReply(422, 'Failed to parse response: the stream is not UTF-8 text', { cause })
  }
}
