import { quote } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Parses the count given to a command's own flag.
 *
 * @returns a whole number from 1
 * @throws {UsageError} INVALID_VALUE
 */
export function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError('INVALID_VALUE', `${flag} must be a whole number from 1, not ${quote(text)}`, `${flag} 20`)
}
