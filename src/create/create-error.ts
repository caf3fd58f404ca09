/**
 * Why creating a package failed. `FOLDER_TAKEN` the folder is not empty or not a folder · `FOLDER_UNWRITABLE` writing
 * to the folder failed.
 */
export type CreateErrorCode = 'FOLDER_TAKEN' | 'FOLDER_UNWRITABLE'

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
