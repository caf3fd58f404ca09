import type { problemCodes } from './config-codes.js'
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

export type ProblemCode = keyof typeof problemCodes

/** Formats a problem: `what is wrong (where it came from)`, unless the message begins with where. */
export function problemText({ message, origin }: Problem): string {
  const place = origin && originText(origin)
  return place && !message.startsWith(`${place} `) ? `${message} (${place})` : message
}
