import type { requestLogCodes } from './request-log-codes.js'

/** Why the request log cannot be written or read. Codes are API. */
export type RequestLogErrorCode = keyof typeof requestLogCodes

export class RequestLogError extends Error {
  override readonly name = 'RequestLogError'
  readonly code: RequestLogErrorCode
  readonly hint: string | undefined

  constructor(
    code: RequestLogErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
