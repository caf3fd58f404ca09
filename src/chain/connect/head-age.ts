import type { HeadSample } from './link.js'

/** Two endpoints agree when their heads are at most so far apart: a few blocks, and the time to ask both. */
const AGREEMENT_MS = 60_000
/** A block comes each 12 s; a head that is younger than this proves nothing about a clock that is fast. */
const LATE_MS = 60_000
/** A block so far in the future proves a clock that is slow. Beyond 4 s the axon refuses every validator. */
const EARLY_MS = 4_000
/** So do two blocks that are so far in the future: one alone may come from a node whose own clock is a little fast. */
const BIT_EARLY_MS = 1_000

/** Returns by how much a head is older than this machine's clock, in milliseconds; below 0: the head is from the future. */
export function headAge({ head, readAt }: HeadSample): number {
  return readAt - head.at
}

/** Returns whether a head is newer than another by more than the time in which a chain goes on by a few blocks. */
export function isNewer(one: HeadSample, other: HeadSample): boolean {
  return one.head.at - other.head.at > AGREEMENT_MS + Math.max(0, one.readAt - other.readAt)
}

/**
 * Returns by how much this machine's clock must be wrong at least, in milliseconds: above 0 it is ahead. 0: nothing
 * proves that.
 *
 * A newest block from the future proves a clock that is behind. One that is old proves a clock that is ahead
 * only if the chain went on meanwhile as fast as the clock did: otherwise it is the chain that stands still, or the node
 * that does not keep up.
 *
 * @param sample the last look at an endpoint
 * @param older the looks at the same endpoint before
 */
export function clockError(sample: HeadSample, older: readonly HeadSample[]): number {
  const age = sample.readAt - sample.newestAt
  const others = older.filter(({ newestAt }) => newestAt !== sample.newestAt)
  const isEarly = others.some(({ readAt, newestAt }) => readAt - newestAt < -BIT_EARLY_MS)
  if (age < -EARLY_MS || (age < -BIT_EARLY_MS && isEarly)) return age
  if (age < LATE_MS) return 0
  const keepsUp = older.some(({ readAt, newestAt }) => {
    const passed = sample.readAt - readAt
    return passed >= LATE_MS && sample.newestAt - newestAt >= passed * 0.8
  })
  return keepsUp ? age - LATE_MS / 2 : 0
}
