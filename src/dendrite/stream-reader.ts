import { TextDecoder } from 'node:util'
import type { JsonObject } from '../wires/json/tree.js'
import { NoReply } from './no-reply.js'

/** Reads a streamed answer. Serves one answer only. */
export type StreamReader<Piece> = {
  /** Yields the pieces of a body. @throws {NoReply} when the body cannot be decoded */
  read(body: AsyncIterable<Uint8Array>): AsyncIterable<Piece>
  /** Returns the single piece of a whole answer; null without one. */
  pieceOf(fields: JsonObject): Piece | null
  /** Returns the sent fields with the text received so far. */
  filled(fields: JsonObject): JsonObject
}

/** Creates a reader of text. @param into the field that receives the whole text, if any */
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

/** Reads raw bytes, whatever their framing. */
export const byteReader: StreamReader<Uint8Array> = {
  read: body => body,
  pieceOf: () => null,
  filled: fields => fields,
}

/**
 * Decodes the text of a body as it arrives. A character that is split over two chunks is yielded with the second.
 *
 * @throws {NoReply} 422 when the body is not UTF-8; the SDK's message for that names Python's codec
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

/** Decodes a chunk. @param chunk omitted at the end, to check that no character is incomplete */
function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch (cause) {
    throw new NoReply(422, 'Failed to parse response: the stream is not UTF-8 text', { cause })
  }
}
