/** What one error code means, and how to fix it: a row of `docs/errors.md`, in Markdown. */
export type CodeDescription = {
  readonly meaning: string
  readonly remedy: string
  /** absent: a command ends with it */
  readonly fatal?: false
}

/** The codes of one error class. The class imports the type of its table only, so no prose is loaded at a start. */
export type ErrorCodes = Readonly<Record<string, CodeDescription>>
