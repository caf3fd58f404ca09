import { TextDecoder } from 'node:util'
import { NoReply } from './no-reply.js'

/**
 * The text of a body as it comes. A character that is split over two chunks comes with the second of them.
 *
 * @throws {NoReply} 422 when it is not UTF-8; the SDK's text for that names Python's codec
 * @throws whatever the body throws
 */
export async function* decoded(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
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
