import type { createCodes } from './create-codes.js'

/** Why a package cannot be created. */
export type CreateErrorCode = keyof typeof createCodes

/** The error for a package that cannot be created. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode
  /** how to fix it */
  readonly hint: string

  constructor(code: CreateErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}
