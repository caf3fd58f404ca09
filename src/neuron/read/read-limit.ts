import { type TimeoutSignal, timeoutSignal } from '../../async/timeout.js'
import { ChainError } from '../../chain/chain-error.js'

/** For the registration and the metagraph together; each endpoint has a shorter limit of its own. */
const READ_MS = 90_000

/** Returns a signal that aborts when the chain takes too long to answer, or with its parent. */
export function readLimit(parent: AbortSignal): TimeoutSignal {
  return timeoutSignal({ ms: READ_MS, reason: timedOut, parent })
}

function timedOut(): ChainError {
  return new ChainError('CALL_TIMEOUT', `the chain took longer than ${READ_MS / 1000} s to answer`, {
    hint: 'name another endpoint first with --chain-endpoint',
  })
}
