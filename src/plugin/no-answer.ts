import type { hostCodes } from './host-codes.js'
import type { Attempt } from './miner.js'

/**
 * Why there is no answer, as far as the caller may know it:
 * `busy` try later · `loading` not ready yet · `upstream` the model failed · `unsupported` the miner cannot do that ·
 * `tooLong` the question does not fit · `budget` the caller has used up its share · `late` the deadline has passed.
 */
export type NoAnswerReason = 'busy' | 'loading' | 'upstream' | 'unsupported' | 'tooLong' | 'budget' | 'late'

/** The codes that this program itself gives; docs/errors.md explains each */
export type HostCode = keyof typeof hostCodes

/** Thrown by a miner or a dialect that has no answer. Its message is for the operator and never goes on the wire. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly reason: NoAnswerReason
  /** names the error in logs and in `--json`: one of this program's, or one of the plugin's own in capitals */
  readonly code: HostCode | (string & {})
  /** what the operator can do about it */
  readonly hint: string | undefined
  /** true when the operator's own settings or question are wrong, and a retry will not help */
  readonly misuse: boolean
  /** milliseconds after which a retry may help; undefined when unknown */
  readonly retryAfterMs: number | undefined
  /** in the order of their start; absent when the miner has only one source of answers */
  readonly attempts?: readonly Attempt[]

  constructor(
    reason: NoAnswerReason,
    message: string,
    options: {
      code?: HostCode | (string & {})
      hint?: string | undefined
      misuse?: boolean
      retryAfterMs?: number | undefined
      attempts?: readonly Attempt[] | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.reason = reason
    this.code = options.code ?? 'NO_ANSWER'
    this.hint = options.hint
    this.misuse = options.misuse ?? false
    this.retryAfterMs = options.retryAfterMs
    if (options.attempts) this.attempts = options.attempts
  }

  /** Returns a copy with more details, and the same stack. */
  with(known: { hint?: string; retryAfterMs?: number | undefined; attempts?: readonly Attempt[] }): NoAnswer {
    const same = new NoAnswer(this.reason, this.message, { ...this, cause: this.cause, ...known })
    return Object.assign(same, { stack: this.stack })
  }
}
