import { parseUnit, unitExamples } from '../../config/schema/unit.js'
import { quote } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Parses the duration given to a command's own flag.
 *
 * @returns milliseconds, from 100 to 3,600,000
 * @throws {UsageError} INVALID_VALUE when it is not a duration, or out of range
 */
export function readDuration(flag: string, text: string): number {
  const ms = parseUnit('duration', text)
  if (ms !== undefined && ms >= 100 && ms <= 3_600_000) return ms
  throw new UsageError(
    'INVALID_VALUE',
    `${flag} must be between 100ms and 1h, not ${quote(text)}`,
    unitExamples.duration,
  )
}
