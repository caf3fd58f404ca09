import { NoAnswer } from '../../plugin/no-answer.js'
import { connectionError } from './connection-error.js'
import { type StatusError, statusError } from './status-error.js'
import { type Upstream, unreadable } from './upstream.js'

/**
 * Says what the client's error means for the operator. It is told by its shape, not by its class: the classes are in
 * the package that is only loaded when it is used, and an embedder's client may come from another copy of it.
 *
 * It never becomes the `cause`: its text is the upstream's, and may hold parts of a key or of the conversation.
 */
export function modelError(error: unknown, upstream: Upstream): NoAnswer {
  if (error instanceof NoAnswer) return error
  if (error instanceof SyntaxError) return unreadable(upstream, 'with malformed JSON')
  if (error instanceof Error && isAnswered(error)) return statusError(error as StatusError, upstream)
  return connectionError(error, upstream)
}

/** The endpoint said itself what is wrong: by a status, or by an error object inside a stream. */
function isAnswered(error: Error & StatusError): boolean {
  return typeof error.status === 'number' || error.error !== undefined
}
