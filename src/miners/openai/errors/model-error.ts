import { NoAnswer } from '../../../plugin/no-answer.js'
import { unreadableAnswer } from './answer-errors.js'
import type { ErrorResponse } from './api-error.js'
import { causes, connectionError } from './connection-error.js'
import { statusError } from './status-error.js'
import type { Upstream } from './upstream.js'

/**
 * Translates an error of the client for the operator. Goes by the error's shape, not its class: the classes are in a
 * package that is loaded only when used, and an embedder's client may come from another copy of it.
 *
 * The client's error never becomes the `cause`: its text is the upstream's, and may contain parts of a key or of the
 * conversation.
 *
 * @returns a `NoAnswer` from within the client's `fetch`, or a bug in the program, unchanged
 */
export function modelError(error: unknown, upstream: Upstream): Error {
  const chain = [...causes(error)]
  // The client wraps the errors of its `fetch`.
  const own = chain.find(cause => cause instanceof NoAnswer) ?? chain.find(isBug)
  if (own) return own
  if (error instanceof SyntaxError) return unreadableAnswer(upstream, 'with malformed JSON')
  if (error instanceof Error && isApiError(error)) return statusError(error as ErrorResponse, upstream)
  return connectionError(error, upstream)
}

/** Whether the endpoint itself sent the error: as a status, or as an error object inside a stream. */
function isApiError(error: Error & ErrorResponse): boolean {
  return typeof error.status === 'number' || error.error !== undefined
}

/** Whether an error is a bug: those of `fetch` have a code, a cause, or the message `terminated` for a broken body. */
function isBug(error: Error & { readonly code?: unknown }): boolean {
  const isProgram = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  return isProgram && error.code === undefined && error.cause === undefined && error.message !== 'terminated'
}
