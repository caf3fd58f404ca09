import type { JsonObject } from '../wires/json/tree.js'
import { decoded } from './decoded.js'

/** How a streamed answer is heard. Each is for one answer. */
export type Ear<Piece> = {
  /** @throws {NoReply} when the body cannot be heard so */
  hear(body: AsyncIterable<Uint8Array>): AsyncIterable<Piece>
  /** the one piece of an axon that answers whole; null when it is none */
  pieceOf(fields: JsonObject): Piece | null
  /** the asked fields with what was heard so far */
  filled(fields: JsonObject): JsonObject
}

/** Hears text. @param into the field that holds all of it in the end, if one does */
export function textEar(into: string | undefined): Ear<string> {
  let text = ''
  return {
    async *hear(body) {
      for await (const piece of decoded(body)) {
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
export const byteEar: Ear<Uint8Array> = {
  hear: body => body,
  pieceOf: () => null,
  filled: fields => fields,
}
