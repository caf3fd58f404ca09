const HOME = '\u001b[H'
const CLEAR = '\u001b[2J'
const ERASE_LINE_END = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

/**
 * A page on standard output that is renewed in place on a terminal. Elsewhere each renewal follows the last, after an empty
 * line. It leaves the cursor visible and signals alone, so a program that Ctrl-C ends needs no clean-up.
 */
export class LivePage {
  #isShown = false

  show(page: string): void {
    const { stdout } = process
    if (stdout.isTTY) stdout.write(this.#isShown ? inPlace(page, stdout.rows) : `${CLEAR}${inPlace(page, stdout.rows)}`)
    else stdout.write(this.#isShown ? `\n${page}` : page)
    this.#isShown = true
  }
}

/** A page longer than the terminal would scroll, and the next one would not cover it: its last lines are left out. */
function inPlace(page: string, rows: number): string {
  const lines = page.trimEnd().split('\n')
  // The last row stays free for the cursor.
  const room = Math.max(1, (rows || 24) - 1)
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
  return `${HOME}${shown.map(line => `${line}${ERASE_LINE_END}\n`).join('')}${ERASE_BELOW}`
}
