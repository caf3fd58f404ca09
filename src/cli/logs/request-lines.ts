import { shortHotkey } from '../../app/log/event-text.js'
import { dollarsText, LEAST_USD } from '../../money/amount.js'
import type { LoggedRequest } from '../../request-log/logged-request.js'
import { escapeControls } from '../../text/escape.js'
import { cutColumns, padColumns, printedColumns } from '../../text/fill.js'

type Column = {
  readonly name: string
  readonly size: number
  readonly isNumber?: true
  readonly cell: (request: LoggedRequest) => string
}

/** The columns of a list whose widths are fixed, so that a line that follows later stands below the others. */
const columns: readonly Column[] = [
  { name: 'time (utc)', size: 14, cell: ({ at }) => timeText(at).slice(5, 19) },
  { name: 'id', size: 8, cell: ({ id }) => id.slice(0, 8) },
  // As in the log: the caller disconnected.
  { name: 'end', size: 3, cell: ({ status }) => (status === null ? '---' : String(status)) },
  { name: 'ms', size: 7, isNumber: true, cell: ({ ms }) => String(Math.round(ms)) },
  { name: 'usd', size: 8, isNumber: true, cell: costCell },
  { name: 'hotkey', size: 10, cell: ({ hotkey }) => shortHotkey(hotkey) },
  { name: 'synapse', size: 10, cell: ({ synapse }) => synapse },
]

/** A narrower terminal has no column of the synapse, so that the answer has room. */
const MIN_WIDTH = 100

/** The line above a list of requests. @param width columns of the terminal; undefined: it is none */
export function requestHeader(width: number | undefined): string {
  return line(({ name }) => name, 'answer', width).toUpperCase()
}

/** Formats a request for people, on one line. @param width columns of the terminal; undefined: it is none */
export function requestLine(request: LoggedRequest, width: number | undefined): string {
  return line(({ cell }) => escapeControls(cell(request)), escapeControls(answerText(request)), width)
}

function line(cellOf: (column: Column) => string, answer: string, width: number | undefined): string {
  const isNarrow = width !== undefined && width < MIN_WIDTH
  const cells = columns
    .filter(({ name }) => !isNarrow || name !== 'synapse')
    .map(column => {
      const cell = width === undefined ? cellOf(column) : cut(cellOf(column), column.size)
      return column.isNumber ? cell.padStart(column.size) : padColumns(cell, column.size)
    })
  return cut([...cells, answer].join('  ').trimEnd(), width)
}

/** Formats an instant: `2026-11-29 14:03:07.123`. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '')
}

/** Formats dollars in 8 columns. `?`: a model was asked, and what it cost is unknown; empty: none was asked. */
function costCell({ costUsd: usd, model }: LoggedRequest): string {
  if (usd === null) return model === null ? '' : '?'
  if (usd === 0) return '0'
  if (usd < LEAST_USD) return '<.000001'
  return usd < 1 ? usd.toFixed(6) : usd.toFixed(usd < 1000 ? 4 : 2)
}

/** Formats what a request cost: unknown is not nothing. */
export function costText(usd: number | null): string {
  return usd === null ? 'unknown' : dollarsText(usd)
}

/** Says first what went wrong: a line is cut at its end. */
function answerText(request: LoggedRequest): string {
  const { code, cutBy, usage } = request
  const { promptTokens, completionTokens } = usage
  const tokens =
    promptTokens === undefined && completionTokens === undefined
      ? []
      : [`${promptTokens ?? '?'}+${completionTokens ?? '?'} tokens`]
  return [
    ...(code === null ? [] : [code]),
    ...(cutBy === null ? [] : [`cut by ${cutBy}`]),
    ...(modelText(request) ?? []),
    ...tokens,
  ].join(' ')
}

function modelText({ model, endpoint }: LoggedRequest): readonly string[] | null {
  if (model === null) return endpoint === null ? null : [endpoint]
  return [endpoint === null ? model : `${model}@${endpoint}`]
}

function cut(text: string, width: number | undefined): string {
  if (width === undefined || printedColumns(text) <= width) return text
  return `${cutColumns(text, width - 1)[0]}…`
}
