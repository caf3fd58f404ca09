import { Flags } from '@oclif/core'
import { readCount } from '../flags/count.js'

/** The flags of a command that can repeat its question. */
export const repeatFlags = {
  count: Flags.string({
    description: 'ask this many times, and print a summary: the replies by status, how many per second, and how fast',
    helpValue: 'COUNT',
  }),
  concurrency: Flags.string({
    description: 'how many of these questions to ask at once (default 1)',
    helpValue: 'COUNT',
    dependsOn: ['count'],
  }),
}

/** How many times to ask a question, and how many at once. */
export type Repeats = { readonly count: number; readonly concurrency: number }

/** The time of each reply is kept. */
const MOST_QUESTIONS = 1_000_000
/** Each needs a connection. */
const MOST_AT_ONCE = 1_000

type Typed = { readonly count?: string | undefined; readonly concurrency?: string | undefined }

/**
 * Reads how many times to ask; null: once, without a summary.
 *
 * @throws {UsageError} INVALID_VALUE
 */
export function readRepeats({ count, concurrency }: Typed): Repeats | null {
  if (count === undefined) return null
  return {
    count: readCount('--count', count, MOST_QUESTIONS),
    concurrency: concurrency === undefined ? 1 : readCount('--concurrency', concurrency, MOST_AT_ONCE),
  }
}
