/**
 * Why a key that the caller passed is unusable. Codes are API: add freely, rename with a major version.
 * `SS58_…` an address · `URI_…` and `PHRASE_…` a key URI · `SECRET_MALFORMED` raw secret bytes.
 */
export type KeyErrorCode =
  | 'SS58_MALFORMED'
  | 'SS58_CHECKSUM'
  | 'SS58_PREFIX'
  | 'URI_MALFORMED'
  | 'PHRASE_LENGTH'
  | 'PHRASE_WORD'
  | 'PHRASE_CHECKSUM'
  | 'SECRET_MALFORMED'

/** The error for an unusable key. Its message and hint never repeat the input, which may be a secret. */
export class KeyError extends Error {
  override readonly name = 'KeyError'
  readonly code: KeyErrorCode
  /** what the user can do about it */
  readonly hint: string

  constructor(code: KeyErrorCode, message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}
