import { NoAnswer } from '../../../plugin/no-answer.js'
import { unreadableAnswer } from './answer-errors.js'
import type { ErrorResponse } from './api-error.js'
import { causes, connectionError } from './connection-error.js'
import { statusError } from './status-error.js'
import type { Upstream } from './upstream.js'

/**
 * Says what the client's error means for the operator. It is told by its shape, not by its class: the classes are in
 * the package that is only loaded when it is used, and an embedder's client may come from another copy of it.
 *
 * It never becomes the `cause`: its text is the upstream's, and may hold parts of a key or of the conversation.
 *
 * @returns an error of the program's own as it is, since it says nothing of the upstream
 */
export function modelError(error: unknown, upstream: Upstream): Error {
  const chain = [...causes(error)]
  // The client wraps what its fetch throws.
  const own = chain.find(cause => cause instanceof NoAnswer) ?? chain.find(isBug)
  if (own) return own
  if (error instanceof SyntaxError) return unreadableAnswer(upstream, 'with malformed JSON')
  if (error instanceof Error && isAnswered(error)) return statusError(error as ErrorResponse, upstream)
  return connectionError(error, upstream)
}

/** The endpoint said itself what is wrong: by a status, or by an error object inside a stream. */
function isAnswered(error: Error & ErrorResponse): boolean {
  return typeof error.status === 'number' || error.error !== undefined
}

/** Fetch's own have a code, a cause, or one text: `terminated`, for a body that breaks off. */
function isBug(error: Error & { readonly code?: unknown }): boolean {
  const isProgram = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  return isProgram && error.code === undefined && error.cause === undefined && error.message !== 'terminated'
}
