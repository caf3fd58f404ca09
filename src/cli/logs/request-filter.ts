import { Flags } from '@oclif/core'
import { type RequestOutcome, requestOutcomes } from '../../axon/events.js'
import { parseUnit } from '../../config/schema/unit.js'
import { isAddress } from '../../keys/ss58.js'
import { MOST_LISTED, type RequestFilter } from '../../request-log/logged-request.js'
import { quote } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { readCount } from '../flags/count.js'

const DEFAULT_COUNT = 20

/** The flags of `miner logs` that choose requests. */
export const filterFlags = {
  number: Flags.string({
    char: 'n',
    description: `how many of the last ones (default ${DEFAULT_COUNT})`,
    helpValue: 'COUNT',
  }),
  since: Flags.string({ description: 'those that came in this time until now: 30m, 1h, 7d', helpValue: 'DURATION' }),
  hotkey: Flags.string({ description: 'those of one caller', helpValue: 'SS58' }),
  status: Flags.string({ description: 'those with this HTTP status', helpValue: '503' }),
  outcome: Flags.string({ description: 'those that ended this way', options: [...requestOutcomes] }),
  slow: Flags.string({ description: 'those that took this time at least: 5s', helpValue: 'DURATION' }),
}

type Typed = { readonly [Name in keyof typeof filterFlags]?: string | undefined }

/**
 * Reads which requests to list, and how many.
 *
 * @param now epoch milliseconds
 * @throws {UsageError} INVALID_VALUE
 */
export function readFilter(typed: Typed, now: number): { readonly filter: RequestFilter; readonly count: number } {
  const { hotkey, status, outcome } = typed
  if (hotkey !== undefined && !isAddress(hotkey))
    throw invalid('--hotkey', 'the ss58 address of a hotkey', hotkey, '--hotkey 5…')
  if (status !== undefined && !/^[1-5]\d\d$/.test(status))
    throw invalid('--status', 'an HTTP status', status, '--status 503')
  return {
    count: typed.number === undefined ? DEFAULT_COUNT : readCount('--number', typed.number, MOST_LISTED),
    filter: {
      since: typed.since === undefined ? undefined : now - readSpan('--since', typed.since),
      hotkey,
      status: status === undefined ? undefined : Number(status),
      outcome: outcome as RequestOutcome | undefined,
      minMs: typed.slow === undefined ? undefined : readSpan('--slow', typed.slow),
    },
  }
}

const DAY_MS = 86_400_000

/** Reads a duration of any length, in days too. @returns milliseconds */
function readSpan(flag: string, text: string): number {
  const [, days] = /^(\d{1,5}(?:\.\d+)?) ?d$/.exec(text) ?? []
  const ms = days === undefined ? parseUnit('duration', text) : Number(days) * DAY_MS
  if (ms !== undefined && ms > 0) return ms
  throw invalid(flag, 'a duration such as 500ms, 12s, 5m, 1h or 7d', text, `${flag} 1h`)
}

function invalid(flag: string, expected: string, typed: string, hint: string): UsageError {
  return new UsageError('INVALID_VALUE', `${flag} must be ${expected}, not ${quote(typed)}`, hint)
}
