import { quote } from '../../text/escape.js'
import { groupedText } from '../../text/span.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Parses the count given to a command's own flag.
 *
 * @param most the largest count that is allowed, if there is one
 * @param example a count that the hint proposes
 * @returns a whole number from 1
 * @throws {UsageError} INVALID_VALUE
 */
export function readCount(flag: string, text: string, most?: number, example = 20): number {
  const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
  if (count !== null && count <= (most ?? count)) return count
  const range = most === undefined ? 'from 1' : `between 1 and ${groupedText(most)}`
  throw new UsageError(
    'INVALID_VALUE',
    `${flag} must be a whole number ${range}, not ${quote(text)}`,
    `${flag} ${example}`,
  )
}
