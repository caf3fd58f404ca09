import { shortHotkey } from '../../app/log/event-text.js'
import type { LoggedRequest } from '../../request-log/logged-request.js'
import { escapeControls } from '../../text/escape.js'
import { cutColumns, padColumns, printedColumns } from '../../text/fill.js'

/** The columns of a list whose widths are fixed, so that a line that follows later stands below the others. */
const columns = [
  ['time (utc)', 14],
  ['id', 8],
  ['end', 3],
  ['ms', 6],
  ['hotkey', 10],
  ['synapse', 10],
] as const

/** The line above a list of requests. @param width columns of the terminal; undefined: it is none */
export function requestHeader(width: number | undefined): string {
  const names = columns.map(([name, size]) => (name === 'ms' ? name.padStart(size) : name.padEnd(size)))
  return cut([...names, 'answer'].join('  ').toUpperCase(), width)
}

/** Formats a request for people, on one line. @param width columns of the terminal; undefined: it is none */
export function requestLine(request: LoggedRequest, width: number | undefined): string {
  const { at, id, ms, hotkey, synapse } = request
  const cells = [
    timeText(at).slice(5, 19),
    id.slice(0, 8),
    // As in the log: the caller disconnected.
    request.status === null ? '---' : String(request.status),
    String(Math.round(ms)).padStart(6),
    shortHotkey(hotkey),
    synapse,
  ]
  const line = columns.map(([, size], at) => padded(escapeControls(cells[at]!), size, width !== undefined)).join('  ')
  return cut(`${line}  ${escapeControls(answerText(request))}`.trimEnd(), width)
}

/** Formats an instant: `2026-11-29 14:03:07.123`. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '')
}

function answerText(request: LoggedRequest): string {
  const { code, cutBy, usage } = request
  const { promptTokens, completionTokens } = usage
  const tokens =
    promptTokens === undefined && completionTokens === undefined
      ? []
      : [`${promptTokens ?? '?'}+${completionTokens ?? '?'} tokens`]
  return [
    ...(modelText(request) ?? []),
    ...tokens,
    ...(code === null ? [] : [code]),
    ...(cutBy === null ? [] : [`cut by ${cutBy}`]),
  ].join(' ')
}

function modelText({ model, endpoint }: LoggedRequest): readonly string[] | null {
  if (model === null) return endpoint === null ? null : [endpoint]
  return [endpoint === null ? model : `${model}@${endpoint}`]
}

function padded(cell: string, size: number, isCut: boolean): string {
  return padColumns(isCut ? cut(cell, size) : cell, size)
}

function cut(line: string, width: number | undefined): string {
  if (width === undefined || printedColumns(line) <= width) return line
  return `${cutColumns(line, width - 1)[0]}…`
}
