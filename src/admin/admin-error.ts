import type { adminCodes } from './admin-codes.js'

/** Why the admin port cannot be opened. Codes are API. */
export type AdminErrorCode = keyof typeof adminCodes

export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly code: AdminErrorCode
  readonly hint: string | undefined

  constructor(code: AdminErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
