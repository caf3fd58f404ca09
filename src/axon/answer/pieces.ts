import type { Piece } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'

/**
 * Cuts texts into pieces as they go on the wire, in UTF-8: none longer than about a kilobyte, so that it fits one
 * packet, and no character in two of them, because the SDK's readers decode each packet by itself
 * (opentensor/prompting prompting/protocol.py process_streaming_response). What is whole is not joined.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when there is no text, although tools were called
 */
export async function* pieces(said: AsyncIterable<Piece>): AsyncGenerator<Uint8Array, void> {
  let isEmpty = true
  for await (const { text = '' } of said) {
    const bytes = Buffer.from(text)
    for (let at = 0, end = 0; at < bytes.length; at = end) {
      end = Math.min(at + MAX_BYTES, bytes.length)
      while (isInside(bytes[end])) end--
      isEmpty = false
      yield bytes.subarray(at, end)
    }
  }
  if (isEmpty) throw new NoAnswer('upstream', 'the dialect said nothing', { code: 'EMPTY_ANSWER' })
}

const MAX_BYTES = 1024

/** Is it a byte of a character, but not its first? */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
