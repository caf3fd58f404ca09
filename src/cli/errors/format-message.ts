import { colour } from '../../text/colour.js'
import { escapeControls } from '../../text/escape.js'
import { columnsOf, fill } from '../../text/fill.js'

/** What is wrong, where it came from, and what would fix it. */
export type PrintedMessage = {
  /** printed before the message; `error` by default */
  readonly label?: string
  readonly message: string
  readonly from?: string
  readonly hint?: string | undefined
}

/**
 * Formats an error for people: `error: what is wrong (where it came from)` and, if there is a hint, `try: …`. A message that
 * begins with where it came from does not repeat it. On a terminal, lines break at words; a hint that is a command stays
 * whole, so that it can be copied.
 */
export function formatMessage({ label = 'error', message, from, hint }: PrintedMessage): string {
  const width = columnsOf(process.stderr)
  const origin = from && !message.startsWith(`${from} `) ? ` (${from})` : ''
  const what = fill(`${escapeControls(message)}${origin}`, { width, at: label.length + 2, indent: 2 })
  const way = escapeControls(hint ?? '')
  const isCommand = way.startsWith('miner ')
  const filled = isCommand ? way : fill(way, { width, at: TRY.length + 1, indent: TRY.length + 1 })
  return `${red(`${label}:`)} ${what}\n${way && `${dim(TRY)} ${filled}\n`}`
}

const TRY = '  try:'

const red = (text: string) => colour('red', text, process.stderr)
const dim = (text: string) => colour('dim', text, process.stderr)
