/** A mistake of the user: what is wrong, and what would fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: string
  readonly hint: string | undefined
  /** where oclif looks for the exit code; without it oclif swallows what a hook throws */
  readonly oclif: { readonly exit: number }

  constructor(code: string, message: string, hint?: string, exit = 2) {
    super(message)
    this.code = code
    this.hint = hint
    this.oclif = { exit }
  }
}
