import { colour } from '../../text/colour.js'
import { escapeControls } from '../../text/escape.js'

/** What is wrong, where it came from, and what would fix it. */
export type PrintedMessage = {
  /** printed before the message; `error` by default */
  readonly label?: string
  readonly message: string
  readonly from?: string
  readonly hint?: string | undefined
}

/** Formats an error for people: `error: what is wrong (where it came from)` and, if there is a hint, `try: …`. */
export function formatMessage({ label = 'error', message, from, hint }: PrintedMessage): string {
  const origin = from ? ` (${from})` : ''
  const way = hint ? `${dim('  try:')} ${escapeControls(hint)}\n` : ''
  return `${red(`${label}:`)} ${escapeControls(message)}${origin}\n${way}`
}

const red = (text: string) => colour('red', text, process.stderr)
const dim = (text: string) => colour('dim', text, process.stderr)
