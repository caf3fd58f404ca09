import type { usageCodes } from './usage-codes.js'

/** Codes are API: add freely, rename with a major version. */
export type UsageErrorCode = keyof typeof usageCodes

/** A mistake of the user: what is wrong, and what would fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode
  readonly hint: string | undefined
  /** where oclif looks for the exit code; without it oclif swallows what a hook throws */
  readonly oclif: { readonly exit: number }

  constructor(code: UsageErrorCode, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
    this.oclif = { exit: exits.get(code) ?? 2 }
  }
}

/** Exit codes of what is not the user's mistake after all; and 127, as a shell ends when there is no such command. */
const exits: ReadonlyMap<UsageErrorCode, number> = new Map([
  ['UNKNOWN_COMMAND', 127],
  ['NPM_FAILED', 1],
  ['REGISTRY_FAILED', 1],
  ['OUTPUT_LOST', 1],
  ['UNCAUGHT', 1],
  ['STUCK', 1],
  ['ENDED_EARLY', 1],
])
