import { Flags } from '@oclif/core'
import { type RequestOutcome, requestOutcomes } from '../../axon/events.js'
import { parseUnit } from '../../config/schema/unit.js'
import { isAddress } from '../../keys/ss58.js'
import { parseDay } from '../../money/day.js'
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
  since: Flags.string({
    description: 'those that came in this time until now (30m, 1h, 7d), or since an instant (2026-11-29T14:03, in UTC)',
    helpValue: 'DURATION|TIME',
  }),
  hotkey: Flags.string({ description: 'those of one caller', helpValue: 'SS58' }),
  status: Flags.string({ description: 'those with this HTTP status, or with one of this kind', helpValue: '503|5xx' }),
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
export function readFilter(
  typed: Typed,
  { now, follow }: { readonly now: number; readonly follow: boolean },
): { readonly filter: RequestFilter; readonly count: number } {
  const { hotkey, outcome } = typed
  if (hotkey !== undefined && !isAddress(hotkey))
    throw invalid('--hotkey', 'the ss58 address of a hotkey', hotkey, '--hotkey 5…')
  return {
    count: readNumber(typed.number, follow),
    filter: {
      since: typed.since === undefined ? undefined : readSince(typed.since, now),
      hotkey,
      ...readStatus(typed.status),
      outcome: outcome as RequestOutcome | undefined,
      minMs: typed.slow === undefined ? undefined : readSpan('--slow', typed.slow),
    },
  }
}

/** None of the last ones makes sense only when those that come are printed. */
function readNumber(text: string | undefined, follow: boolean): number {
  if (text === undefined) return DEFAULT_COUNT
  return follow && text === '0' ? 0 : readCount('--number', text, MOST_LISTED)
}

function readStatus(text: string | undefined): Pick<RequestFilter, 'status' | 'statusKind'> {
  if (text === undefined) return {}
  if (/^[1-5]\d\d$/.test(text)) return { status: Number(text) }
  if (/^[1-5]xx$/i.test(text)) return { statusKind: Number(text[0]) }
  const isOutcome = requestOutcomes.some(outcome => outcome === text)
  throw invalid(
    '--status',
    'an HTTP status such as 503, or a kind such as 5xx',
    text,
    isOutcome ? `--outcome ${text}` : '--status 5xx',
  )
}

/** Reads a duration until now, or an instant: without a zone it is in UTC, as the list has it. @returns epoch milliseconds */
function readSince(text: string, now: number): number {
  const [, day, time = '00:00', zone = 'Z'] = INSTANT.exec(text) ?? []
  if (day === undefined) return now - readSpan('--since', text, ', or a time such as 2026-11-29T14:03')
  const at = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
  if (!Number.isNaN(at) && parseDay(day) !== undefined) return at
  throw invalid('--since', 'a time that there is', text, '--since 2026-11-29T14:03')
}

const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i

const DAY_MS = 86_400_000

/** Reads a duration of any length, in days too. @returns milliseconds */
function readSpan(flag: string, text: string, others = ''): number {
  const [, days] = /^(\d{1,5}(?:\.\d+)?) ?d$/.exec(text) ?? []
  const ms = days === undefined ? parseUnit('duration', text) : Number(days) * DAY_MS
  if (ms !== undefined && ms > 0) return ms
  throw invalid(flag, `a duration such as 500ms, 12s, 5m, 1h or 7d${others}`, text, `${flag} 1h`)
}

function invalid(flag: string, expected: string, typed: string, hint: string): UsageError {
  return new UsageError('INVALID_VALUE', `${flag} must be ${expected}, not ${quote(typed)}`, hint)
}
