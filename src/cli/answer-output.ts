import { shown } from './shown.js'

/** An answer on standard output, as it comes. */
export class AnswerOutput {
  #lineIsOpen = false

  show(text: string): void {
    process.stdout.write(shown(text))
    if (text !== '') this.#lineIsOpen = !text.endsWith('\n')
  }

  /** Ends the line that is open, so that what is said after it stands on its own. */
  end(): void {
    if (this.#lineIsOpen) process.stdout.write('\n')
    this.#lineIsOpen = false
  }
}
