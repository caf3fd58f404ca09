import { shown } from './shown.js'

/** An answer on standard output, as it comes. */
export class AnswerOutput {
  readonly #decoder = new TextDecoder()
  #lineIsOpen = false

  /** Bytes go out as they are, but for a terminal. */
  show(piece: string | Uint8Array): void {
    if (typeof piece !== 'string' && !process.stdout.isTTY) {
      process.stdout.write(piece)
      return
    }
    const text = typeof piece === 'string' ? piece : this.#decoder.decode(piece, { stream: true })
    process.stdout.write(shown(text))
    if (text !== '') this.#lineIsOpen = !text.endsWith('\n')
  }

  /** Ends the line that is open, so that what is said after it stands on its own. */
  end(): void {
    if (this.#lineIsOpen) process.stdout.write('\n')
    this.#lineIsOpen = false
  }
}
