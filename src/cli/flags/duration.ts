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
  if (ms === undefined)
    throw new UsageError(
      'INVALID_VALUE',
      `${flag} must be a duration such as ${unitExamples.duration}, not ${quote(text)}`,
      `${flag} 12s`,
    )
  if (ms >= MIN_MS && ms <= MAX_MS) return ms
  throw new UsageError(
    'INVALID_VALUE',
    `${flag} must be between 100ms and 1h, not ${quote(text)}`,
    `${flag} ${ms < MIN_MS ? '100ms' : '1h'}`,
  )
}

const MIN_MS = 100
const MAX_MS = 3_600_000
