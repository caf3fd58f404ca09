import { escapeControls } from '../../text/escape.js'

/** What is wrong, where it came from, and what would mend it. */
export type PrintedMessage = {
  /** stands before it; `error` when left out */
  readonly label?: string
  readonly message: string
  readonly from?: string
  readonly hint?: string | undefined
}

/** An error as people read it: `error: what is wrong (where it came from)` and, where there is a way out, `try: …`. */
export function formatMessage({ label = 'error', message, from, hint }: PrintedMessage): string {
  const origin = from ? ` (${from})` : ''
  const way = hint ? `${dim('  try:')} ${escapeControls(hint)}\n` : ''
  return `${red(`${label}:`)} ${escapeControls(message)}${origin}\n${way}`
}

const colour = (code: number) => (text: string) =>
  process.stderr.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text
const red = colour(31)
const dim = colour(2)
