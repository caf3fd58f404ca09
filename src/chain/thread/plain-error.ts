import { ChainError, type ChainErrorCode } from '../chain-error.js'

/** An error as a plain object: structured clone drops the class and the own fields of an error. */
export type PlainError = {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly cause?: PlainError | undefined
  /** of a `ChainError` only */
  readonly code?: ChainErrorCode
  readonly hint?: string
  readonly retryAfterMs?: number | undefined
}

/** Causes beyond this depth are left out: an error may be its own cause. */
const MOST_CAUSES = 4

/** Takes an error apart, and its causes, for another thread. */
export function toPlainError(error: unknown, causes = MOST_CAUSES): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const cause = error.cause === undefined || causes === 0 ? undefined : toPlainError(error.cause, causes - 1)
  if (!(error instanceof ChainError)) return { name, message, stack, cause }
  const { code, hint, retryAfterMs } = error
  return { name, message, stack, cause, code, hint, retryAfterMs }
}

/** Puts an error together again. Its stack is that of the thread in which it was thrown. */
export function fromPlainError({ name, message, stack, cause, code, hint = '', retryAfterMs }: PlainError): Error {
  const options = cause ? { cause: fromPlainError(cause) } : {}
  const error = code
    ? new ChainError(code, message, { ...options, hint, retryAfterMs })
    : Object.assign(new Error(message, options), { name })
  if (stack !== undefined) error.stack = stack
  return error
}
