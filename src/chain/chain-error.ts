import type { chainCodes } from './chain-codes.js'

/** Why the chain cannot be used. Codes are API: add freely, rename with a major version. */
export type ChainErrorCode = keyof typeof chainCodes

/** The error of a call to the chain. URLs in its message have no user, password and query. */
export class ChainError extends Error {
  override readonly name = 'ChainError'
  readonly code: ChainErrorCode
  /** what the user can do about it */
  readonly hint: string
  /** how long the endpoint asks to wait */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ChainErrorCode,
    message: string,
    options: { hint: string; cause?: unknown; retryAfterMs?: number | undefined },
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.retryAfterMs = options.retryAfterMs
  }
}
