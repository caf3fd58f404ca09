import { endpointName } from '../connect/endpoint-name.js'

/** polkadot-api prints when a node misbehaves, and then perhaps many times a second. */
const MOST_TEXTS = 10
const WINDOW_MS = 60_000
const MOST_LETTERS = 1_000

/**
 * Passes on at most ten of the texts that are printed in a minute, each of at most 1,000 characters, and then how many it
 * left out.
 */
export class CapturedOutput implements Disposable {
  readonly #onText: (text: string) => void
  #left = MOST_TEXTS
  #omitted = 0
  #window: NodeJS.Timeout | undefined

  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  /**
   * Takes over what is written to a stream. One write, such as one call of `console.warn`, is one text.
   *
   * A thread does so itself: another one that reads its `worker.stdout` is kept alive by that.
   */
  capture(stream: NodeJS.WriteStream): void {
    const write = (data: string | Uint8Array, ...[encoding, callback]: unknown[]) => {
      this.add(Buffer.from(data).toString())
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') process.nextTick(done as () => void)
      return true
    }
    Object.assign(stream, { write })
  }

  add(text: string): void {
    this.#window ??= setTimeout(() => this.#startWindow(), WINDOW_MS).unref()
    if (this.#left === 0) {
      this.#omitted += 1
      return
    }
    this.#left -= 1
    this.#onText(tidy(text))
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#window)
    this.#reportOmitted()
  }

  #startWindow(): void {
    this.#window = undefined
    this.#left = MOST_TEXTS
    this.#reportOmitted()
  }

  #reportOmitted(): void {
    if (this.#omitted === 0) return
    this.#onText(`left out ${this.#omitted} more texts of the last minute`)
    this.#omitted = 0
  }
}

/** Shortens a text, and takes the secrets out of the URLs in it. */
function tidy(text: string): string {
  const clean = text
    .slice(0, MOST_LETTERS * 2)
    .trim()
    .replace(/wss?:\/\/[^\s"'<>]+/g, url => (URL.canParse(url) ? endpointName(url) : 'wss://…'))
  return clean.length > MOST_LETTERS ? `${clean.slice(0, MOST_LETTERS)}…` : clean
}
