import { contentType, type HttpHead, isJson, readHead, unreadable, type Verdict } from './read-reply-head.js'

/**
 * Is the body of this reply the answer itself, as raw UTF-8 text? An axon says `text/event-stream`, although no events
 * come; the SDK does not look at it. A refusal is JSON all the same, and SDK 6.0 to 6.4 refuse with HTTP 500.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/stream.py BTStreamingResponse
 */
export function isStream({ status, rawHeaders }: HttpHead): boolean {
  return status === 200 && !isJson(contentType(rawHeaders))
}

/**
 * Reads the head of a stream, which comes before the first piece and alone says what became of the ask. One that cannot
 * be read is status 422, never thrown.
 */
export function readStreamHead(head: HttpHead): Verdict {
  try {
    return readHead(head, new Map())
  } catch (error) {
    return unreadable(error, head)
  }
}
