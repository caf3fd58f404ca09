import type { Metagraph } from '../chain/metagraph.js'

/** How long a block of a subtensor chain takes, before it was measured. */
export const DEFAULT_BLOCK_MS = 12_000

/** The registration is one small read, and the first sign of a loss. */
const CHECK_MS = 3 * 60_000
/** 20 minutes. */
export const DEFAULT_REFRESH_BLOCKS = 100
/** Development chains have epochs of seconds. */
const MIN_REFRESH_MS = 10_000
/** An epoch that is late by more blocks does not come: the subnet has not started, or runs without. */
const LATE_BLOCKS = 10
/** Over fewer the time of a block is not measured: one that is skipped would count too much. */
const MEASURED_BLOCKS = 20
const MIN_RETRY_MS = 2_000
const MAX_RETRY_MS = 60_000
const MAX_RETRY_AFTER_MS = 20 * 60_000

// `random` is from 0 to 1: it spreads a thousand miners that know the same epoch or lost the same endpoint.

/** Milliseconds until the next check of the registration. */
export function nextCheckMs(random: number): number {
  return CHECK_MS * (0.75 + random / 2)
}

/**
 * Milliseconds until the metagraph is read again: just after the next epoch, by the chain's own count, and after so many
 * blocks of 12 s at most.
 */
export function nextRefreshMs(
  { block, subnet }: Metagraph,
  blockMs: number,
  random: number,
  refreshBlocks = DEFAULT_REFRESH_BLOCKS,
): number {
  const longest = refreshBlocks * DEFAULT_BLOCK_MS * (0.75 + random / 5)
  if (subnet.lastStep === null) return longest
  const blocks = subnet.lastStep + subnet.tempo + 1 - block
  if (blocks <= -LATE_BLOCKS) return longest
  const epochMs = (Math.max(1, blocks) + 0.5 + 2.5 * random) * blockMs
  return Math.min(longest, Math.max(MIN_REFRESH_MS, epochMs))
}

/** Milliseconds until the next attempt after so many failures in a row: from seconds to a minute. */
export function retryMs(failures: number, random: number, retryAfterMs = 0): number {
  const delay = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.max(0, failures - 1))
  return Math.max(delay * (0.5 + random / 2), Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
}

/** The milliseconds of a block, from two reads of the same chain; as before when they are too close to tell. */
export function measuredBlockMs(before: Metagraph | null, after: Metagraph, known: number): number {
  if (!before || before.genesis !== after.genesis) return known
  const blocks = after.block - before.block
  const measured = (after.blockAt - before.blockAt) / blocks
  return blocks >= MEASURED_BLOCKS && measured >= 10 && measured <= 10 * DEFAULT_BLOCK_MS ? measured : known
}
