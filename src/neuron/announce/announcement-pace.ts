import { type TimeoutSignal, timeoutSignal } from '../../async/timeout.js'
import { ChainError } from '../../chain/chain-error.js'
import type { ChainReader } from '../read/chain-reader.js'
import type { WaitReason } from './announcement-due.js'

/** Between two looks whether the block that included an announcement is final. */
export const SETTLE_POLL_MS = 15_000
/** How long a wait lasts before the next look at the chain: its blocks may be faster than they were measured. */
const lookAgainMs: Partial<Record<WaitReason, number>> = { settling: SETTLE_POLL_MS, rateLimit: 60_000 }
const INCLUDE_MS = 3 * 60_000
const MIN_RETRY_MS = 15_000
const MAX_RETRY_MS = 10 * 60_000
/** The chain's verdict on an address or a port does not change by itself. */
const REFUSED_RETRY_MS = 3_600_000
/** For a subnet whose limit is not known: 50 blocks. */
const RATE_LIMIT_MS = 10 * 60_000

/** Returns a signal that aborts when no block includes an announcement in time, or with its parent. */
export function inclusionLimit(parent: AbortSignal): TimeoutSignal {
  return timeoutSignal({ ms: INCLUDE_MS, reason: notIncluded, parent })
}

function notIncluded(): ChainError {
  return new ChainError('NOT_INCLUDED', `no block included the announcement within ${INCLUDE_MS / 60_000} minutes`, {
    hint: 'wait: the miner tries again',
  })
}

/** Returns the milliseconds until the next look at the chain, during a wait of `ms`. */
export function nextLookMs(ms: number, reason: WaitReason): number {
  return Math.min(ms, lookAgainMs[reason] ?? ms)
}

/** Returns the milliseconds until the next attempt, after so many failures in a row, the last with `error`. */
export function announceRetryMs(
  error: unknown,
  failures: number,
  { metagraph, blockMs }: Pick<ChainReader, 'metagraph' | 'blockMs'>,
): number {
  const backOff = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 4)
  if (!(error instanceof ChainError)) return backOff
  switch (error.code) {
    case 'ANNOUNCED_TOO_OFTEN':
      return metagraph ? (metagraph.subnet.servingRateLimit + 1) * blockMs : RATE_LIMIT_MS
    case 'ADDRESS_REFUSED':
    case 'PORT_REFUSED':
      return REFUSED_RETRY_MS
    default:
      return Math.max(backOff, error.retryAfterMs ?? 0)
  }
}
