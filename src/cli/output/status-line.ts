import type { Progress } from '../../app/progress.js'

/** One printable line, or what formats one for each frame. @param room columns for it */
type StatusText = string | ((room: number) => string)

/** A text that is shown until it is disposed. */
export type ShownStatus = Disposable & {
  /** Shows another text in its place; the seconds go on from the first. */
  change(text: string): void
}

/** How long a wait may take without being shown. */
const DELAY_MS = 1_000
const FRAME_MS = 100
const FRAMES = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const ERASE_LINE = '\r\u001b[2K'

/**
 * A line that shows on a terminal what the program waits for, and since when: `⠹ waiting for the answer (3 s)`. It is
 * erased before other output, which has to call {@link StatusLine.erase}. Elsewhere (a pipe, a CI, `TERM=dumb`) nothing is
 * written. It leaves the cursor visible and signals alone, so a program that Ctrl-C ends needs no clean-up.
 */
export class StatusLine implements Progress {
  readonly isVisible: boolean
  readonly #stream: NodeJS.WriteStream
  #isDrawn = false

  constructor(stream: NodeJS.WriteStream = process.stderr, env: NodeJS.ProcessEnv = process.env) {
    this.isVisible = stream.isTTY && env.TERM !== 'dumb' && !env.CI
    this.#stream = stream
  }

  show(text: StatusText): ShownStatus {
    if (!this.isVisible) return { change() {}, [Symbol.dispose]() {} }
    const startedAt = performance.now()
    let shown: StatusText = text
    const draw = () => this.#draw(shown, performance.now() - startedAt)
    let ticking: NodeJS.Timeout | undefined
    const begin = () => {
      draw()
      ticking = setInterval(draw, FRAME_MS).unref()
    }
    // These timers must not keep a program alive that waits for what can no longer happen.
    const delay = setTimeout(begin, DELAY_MS).unref()
    return {
      change: other => {
        shown = other
      },
      [Symbol.dispose]: () => {
        clearTimeout(delay)
        clearInterval(ticking)
        this.erase()
      },
    }
  }

  /** Makes room for other output; the line comes back with its next frame. */
  erase(): void {
    if (this.#isDrawn) this.#stream.write(ERASE_LINE)
    this.#isDrawn = false
  }

  #draw(status: StatusText, ms: number): void {
    const frame = FRAMES[Math.floor(ms / FRAME_MS) % FRAMES.length]
    const seconds = ms < 1000 ? '' : ` (${Math.floor(ms / 1000)} s)`
    // A longer line would wrap, and only its last row would be erased.
    const room = (this.#stream.columns || 80) - 3 - seconds.length
    const text = typeof status === 'string' ? status : status(room)
    const shown = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text
    this.#stream.write(`${ERASE_LINE}${frame} ${shown}${seconds}`)
    this.#isDrawn = true
  }
}
