/** `FOLDER_TAKEN` there is something in the place of the new package · `FOLDER_UNWRITABLE` it cannot be written there. */
export type CreateErrorCode = 'FOLDER_TAKEN' | 'FOLDER_UNWRITABLE'

/** A package that cannot be created. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode
  /** what would mend it */
  readonly hint: string

  constructor(code: CreateErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}
