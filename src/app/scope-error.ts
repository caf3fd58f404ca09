import type { scopeCodes } from './scope-codes.js'

export type ScopeErrorCode = keyof typeof scopeCodes

/** A scope is used as it cannot be, or does not close. */
export class ScopeError extends Error {
  override readonly name = 'ScopeError'
  readonly code: ScopeErrorCode
  /** what would fix it */
  readonly hint: string

  constructor(code: ScopeErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}

/** Returns the error for a service that is resolved, or still being built, when its scope is closed. */
export function scopeClosed(): ScopeError {
  return new ScopeError('SCOPE_CLOSED', 'the scope is closed', {
    hint: 'resolve before closing, or open another scope',
  })
}
