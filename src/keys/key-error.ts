import type { keyCodes } from './key-codes.js'

/** What is wrong with a key. Codes are API: add freely, rename with a major version. */
export type KeyErrorCode = keyof typeof keyCodes

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
