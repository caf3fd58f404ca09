import type { configCodes } from './config-codes.js'
import { type Problem, problemText } from './problem.js'

export type ConfigErrorCode = keyof typeof configCodes

/** A configuration that cannot be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode
  /** at least one for `CONFIG_INVALID` */
  readonly problems: readonly Problem[]
  /** the first problem's */
  readonly hint: string | undefined

  constructor(code: 'CONFIG_INVALID', problems: readonly Problem[])
  constructor(code: 'CONFIG_SCHEMA', message: string)
  constructor(code: ConfigErrorCode, what: readonly Problem[] | string) {
    super(typeof what === 'string' ? what : what.map(problemText).join('\n'))
    this.code = code
    this.problems = typeof what === 'string' ? [] : what
    this.hint = this.problems[0]?.hint
  }
}
