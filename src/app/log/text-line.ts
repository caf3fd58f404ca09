import { styleText } from 'node:util'
import { eventText, type LogRecord, shortHotkey } from './event-text.js'

export type TextLineOptions = {
  readonly isColoured: boolean
  /** the terminal's width; null: not a terminal */
  readonly columns: number | null
}

/** The columns that a request without a problem may have on a terminal that is narrower. */
const REQUEST_COLUMNS = 80
/** The same for all other records, which are rare, and whose reason matters more than one row. */
const OTHER_COLUMNS = 160

type Style = 'dim' | 'green' | 'yellow' | 'red'
type Cell = readonly [text: string, style?: Style | undefined]

/**
 * Formats a record for people, as one line: a request by status, time, hotkey, synapse, model and tokens, any other event
 * by its name. Texts in the record are escaped already (`createLog`).
 */
export function textLine(record: LogRecord, { isColoured, columns }: TextLineOptions): string {
  const isRequest = requestEvents.has(record.event)
  const cells = isRequest ? requestCells(record) : eventCells(record)
  const least = isRequest && record.event !== 'failed' && !record.partial ? REQUEST_COLUMNS : OTHER_COLUMNS
  const room = columns === null ? Number.POSITIVE_INFINITY : Math.max(columns, least)
  const line = clip([[clockTime(record.time), 'dim'], ...cells.filter(([text]) => text !== '')], room)
  return `${line.map(([text, style]) => (style && isColoured ? styleText(style, text, { validateStream: false }) : text)).join(' ')}\n`
}

const requestEvents: ReadonlySet<unknown> = new Set(['answered', 'refused', 'failed', 'cancelled'])

function requestCells(record: LogRecord): Cell[] {
  const { status, ms, synapse } = record
  return [
    [typeof status === 'number' ? String(status) : '---', statusStyle(record)],
    [`${Math.round(Number(ms))} ms`.padStart(8)],
    [callerText(record).padEnd(11)],
    [typeof synapse === 'string' ? synapse : ''],
    [modelText(record)],
    [tokensText(record.usage)],
    [eventText(record), record.event === 'answered' ? (record.partial ? 'yellow' : undefined) : statusStyle(record)],
  ]
}

function eventCells(record: LogRecord): Cell[] {
  const { level, event } = record
  const style = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : undefined
  const text = eventText(record)
  const name = text === '' ? String(event) : `${event}:`
  return [[String(level).toUpperCase().padEnd(5), style ?? 'dim'], [name, style], [text]]
}

function statusStyle({ event, status }: LogRecord): Style {
  if (event === 'cancelled') return 'dim'
  if (event === 'failed' || Number(status) >= 500) return 'red'
  return Number(status) >= 400 ? 'yellow' : 'green'
}

/** The hotkey that signed, in short; with a question mark, one that is only claimed; else the address. */
function callerText({ hotkey, claimed, address }: LogRecord): string {
  if (typeof hotkey === 'string') return shortHotkey(hotkey)
  return typeof claimed === 'string' ? `${shortHotkey(claimed)}?` : String(address ?? '')
}

const MAX_MODEL = 28

function modelText({ model, endpoint }: LogRecord): string {
  if (typeof model !== 'string') return ''
  const at = typeof endpoint === 'string' ? `@${endpoint}` : ''
  const room = Math.max(8, MAX_MODEL - at.length)
  return (model.length > room ? `${model.slice(0, room - 1)}…` : model) + at
}

/** The tokens of the question and of the answer: `312+87 tokens`. */
function tokensText(usage: unknown): string {
  const { promptTokens, completionTokens } = (usage ?? {}) as Record<string, unknown>
  if (promptTokens === undefined && completionTokens === undefined) return ''
  return `${promptTokens ?? '?'}+${completionTokens ?? '?'} tokens`
}

/** Clips cells, with a space between them, to `room` characters. */
function clip(cells: readonly Cell[], room: number): Cell[] {
  const clipped: Cell[] = []
  let left = room
  for (const [text, style] of cells) {
    if (left < 2) break
    const fits = text.length <= left
    clipped.push([fits ? text : `${text.slice(0, left - 1).toWellFormed()}…`, style])
    left -= text.length + 1
  }
  return clipped
}

/** The local time of day. */
function clockTime(time: unknown): string {
  return new Date(String(time)).toTimeString().slice(0, 8)
}
