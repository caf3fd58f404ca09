import { type Origin, originText } from './origin.js'

/** One thing that is wrong with the configuration. It never holds a secret. */
export type Problem = {
  readonly code: ProblemCode
  /** the setting, or the item in it: `shout.endpoints[1].apiKey`; absent when no setting is concerned */
  readonly path?: string
  readonly message: string
  readonly origin?: Origin | undefined
  /** what would fix it; follows `try: ` */
  readonly hint?: string | undefined
}

export type ProblemCode =
  | 'FILE_UNREADABLE'
  | 'FILE_MALFORMED'
  | 'UNKNOWN_KEY'
  | 'UNKNOWN_VARIABLE'
  | 'UNKNOWN_FLAG'
  | 'GIVEN_TWICE'
  | 'INVALID_VALUE'
  | 'MISSING'
  | 'SECRET_UNREADABLE'
  | 'RULE_BROKEN'
  /** a warning: other users of this machine can read the secret, or anyone with access to the file */
  | 'SECRET_EXPOSED'

/** Formats a problem: `what is wrong (where it came from)`. */
export function problemText({ message, origin }: Problem): string {
  return origin ? `${message} (${originText(origin)})` : message
}
