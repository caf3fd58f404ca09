import { groupedText } from '../../text/span.js'
import type { ReplyTally } from './reply-tally.js'

const MOST_CELLS = 30
/** A shorter bar shows too little. */
const LEAST_CELLS = 8

/**
 * Formats the progress: a bar, if there is room for one, and the counts.
 *
 * @param room columns for the line
 */
export function tallyProgress(
  { replies, answered }: Pick<ReplyTally, 'replies' | 'answered'>,
  { count, room }: { readonly count: number; readonly room: number },
): string {
  const failed = replies - answered
  const counts = `${groupedText(replies)} of ${groupedText(count)}${failed > 0 ? `, ${groupedText(failed)} not answered` : ''}`
  const cells = Math.min(MOST_CELLS, room - counts.length - 1)
  if (cells < LEAST_CELLS) return counts
  const done = Math.floor((cells * replies) / count)
  return `${'█'.repeat(done)}${'░'.repeat(cells - done)} ${counts}`
}
