import { replyHeader } from './reply-header.js'

/** Characters of an id; an axon may send any text. */
const MAX_LENGTH = 128

/**
 * Returns the id by which the axon's operator finds the request, in its log and with `miner logs show`; null where the axon
 * sent none, or a longer one than any program gives. It may contain control characters: the caller must escape them before
 * printing.
 *
 * @param rawHeaders name, value, name, value …
 */
export function requestIdOf(rawHeaders: readonly string[]): string | null {
  const id = replyHeader(rawHeaders, 'x-request-id')
  return id !== null && id !== '' && id.length <= MAX_LENGTH ? id : null
}
