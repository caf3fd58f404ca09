import { ChainError } from '../chain-error.js'

const AGAIN = 'try again in some seconds; if it happens often, please report it'

/** Returns the error of calls whose thread ended. */
export function threadEnded(cause: unknown): ChainError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ChainError('CALL_FAILED', `the thread of the chain's client failed: ${reason}`, { hint: AGAIN, cause })
}

/** Returns the error of calls whose thread answers no ping. */
export function threadHangs(): ChainError {
  return new ChainError('CALL_TIMEOUT', "the thread of the chain's client does not answer", { hint: AGAIN })
}

/** Returns the error of a call that the thread should have ended by itself. */
export function threadTooSlow(ms: number): ChainError {
  return new ChainError('CALL_TIMEOUT', `the chain's client took longer than ${ms / 1000} s`, { hint: AGAIN })
}
