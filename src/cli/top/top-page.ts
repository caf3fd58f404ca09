import type { EndpointStatus, LiveStatus, RequestEntry } from '../../admin/api.js'
import type { LogRecord } from '../../app/log/event-text.js'
import { textLine } from '../../app/log/text-line.js'
import { escapeControls } from '../../text/escape.js'
import { fill, printedColumns } from '../../text/fill.js'
import { agoText, spanText } from '../../text/span.js'
import { zoneText } from '../../text/zone.js'
import { rows, table } from '../output/table.js'
import { clipLine } from './clip-line.js'
import { headRows, type Row } from './head-rows.js'

export type TopPageOptions = {
  /** columns of the terminal, if it is one */
  readonly width: number | undefined
  /** its rows; undefined: the page may have any number */
  readonly height: number | undefined
  readonly isColoured: boolean
  /** why the miner does not reply, and for how long; null: it does */
  readonly silent: { readonly why: string; readonly ms: number } | null
}

/** On a terminal of fewer columns, rows tell the most important only. */
const NARROW = 60
/** Requests that a low terminal shows before rows of the head are left out. */
const LEAST_REQUESTS = 3
/** Rows that a low terminal has no room for, the least important first. */
const LEFT_OUT = ['axon', 'tokens', 'strangers', 'unproven', 'chain', 'miner', 'today', 'queue', 'answer']

/**
 * Formats a running miner for one screen, the most important first: its requests and latency, its places, its endpoints, the last
 * requests.
 */
export function topPage(status: LiveStatus, requests: readonly RequestEntry[], options: TopPageOptions): string {
  const { width, height } = options
  let shown = requests
  let head = headRows(status, isNarrow(width))
  const draw = () => clipped(parts(status, { head, requests: shown }, options), width)
  // The last row is for the cursor.
  const isTooHigh = () => height !== undefined && draw().length > height - 1
  while (isTooHigh() && shown.length > LEAST_REQUESTS) shown = shown.slice(0, -1)
  for (const name of LEFT_OUT) if (isTooHigh()) head = head.filter(([one]) => one !== name)
  return `${draw().join('\n')}\n`
}

function isNarrow(width: number | undefined): boolean {
  return width !== undefined && width < NARROW
}

type Shown = { readonly head: readonly Row[]; readonly requests: readonly RequestEntry[] }

function parts(status: LiveStatus, { head, requests }: Shown, { width, isColoured, silent }: TopPageOptions): string[] {
  const age = silent && `${escapeControls(silent.why)}; these figures are ${spanText(silent.ms)} old`
  return [
    ...(age === null ? [] : [fill(age, { width })]),
    rows(head, width).trimEnd(),
    ...(status.endpoints ? [endpointTable(status, status.endpoints, width)] : []),
    requests.length === 0
      ? 'no validator has been answered yet'
      : `${isNarrow(width) ? '' : 'last requests, '}times in ${zoneText(status.at)}\n${requestLines(requests, isColoured)}`,
  ]
}

/** A line that wraps would move all that stands below it. */
function clipped(parts: readonly string[], width: number | undefined): readonly string[] {
  const lines = parts.join('\n\n').split('\n')
  return width === undefined ? lines : lines.map(line => clipLine(line, width))
}

/** One line for each, where the table is too wide. */
function endpointTable({ at }: LiveStatus, endpoints: readonly EndpointStatus[], width: number | undefined): string {
  const states = { closed: 'works', halfOpen: 'is tried', open: 'rests' } as const
  const keyed = endpoints.map(({ endpoint, breaker, restMs, failures, keys, lastError }) => ({
    endpoint: escapeControls(endpoint),
    state: restMs > 0 && breaker !== 'halfOpen' ? `rests ${spanText(restMs + 999)}` : states[breaker],
    failures: String(failures),
    keys: `${keys.filter(key => key.restMs === 0).length} of ${keys.length}`,
    'last error': lastError ? `${lastError.code} ${agoText(lastError.at, at)}` : '',
  }))
  const whole = table(keyed, undefined, ['failures'])
  if (width === undefined || whole.split('\n').every(line => printedColumns(line) <= width)) return whole
  return keyed
    .map(({ endpoint, state, keys, 'last error': error }) => {
      const facts = `${state}, ${keys} keys${error && `, ${error}`}`
      // The state stays in view where the name would push it out.
      const name = clipLine(endpoint, Math.max(NAME, width - printedColumns(facts) - 1))
      return `${name} ${facts}`
    })
    .join('\n')
}

/** Columns that the name of an endpoint has at least. */
const NAME = 12

/** The requests as the log has them, the newest first. */
function requestLines(requests: readonly RequestEntry[], isColoured: boolean): string {
  const lines = requests.map(({ at, outcome, attempts, ...request }) => {
    const failed = attempts?.flatMap(({ endpoint, error }) => (error === undefined ? [] : [`${endpoint}: ${error}`]))
    const record = { ...request, event: outcome, time: new Date(at).toISOString(), attempts: failed }
    return textLine(escaped(record), { isColoured, columns: null })
  })
  return lines.join('').trimEnd()
}

/** Escapes the texts of a record, as the log's are before they are formatted. */
function escaped(record: object): LogRecord {
  return JSON.parse(JSON.stringify(record), (_, value) => (typeof value === 'string' ? escapeControls(value) : value))
}
