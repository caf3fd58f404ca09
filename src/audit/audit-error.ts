import type { auditCodes } from './audit-codes.js'

/** Why an axon is not attacked. Codes are API: add freely, rename with a major version. */
export type AuditErrorCode = keyof typeof auditCodes

/** The error of an audit that cannot begin. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
  readonly code: AuditErrorCode
  /** what the user can do about it */
  readonly hint: string

  constructor(code: AuditErrorCode, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
