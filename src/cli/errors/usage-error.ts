import { exitCodes } from './exit-codes.js'
import type { UsageErrorCode } from './usage-codes.js'

/** A mistake of the user: what is wrong, and what would fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode
  readonly hint: string | undefined
  /** the plugins that the command had changed before it failed, as its JSON lists them */
  plugins?: readonly object[]
  /** where oclif looks for the exit code; without it oclif swallows what a hook throws */
  readonly oclif: { readonly exit: number }

  /** @param options.cause what was thrown, if it is not the user's mistake: its stack is printed at debug level */
  constructor(code: UsageErrorCode, message: string, hint?: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.hint = hint
    this.oclif = { exit: exitCodes.usage(code) }
  }
}
