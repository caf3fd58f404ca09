import type { Outcome, Piece } from '../../plugin/miner.js'
import { escapeControls } from '../../text/escape.js'

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
    process.stdout.write(escapeForTerminal(text))
    if (text !== '') this.#lineIsOpen = !text.endsWith('\n')
  }

  /** Ends the line that is open, so that what is said after it stands on its own. */
  end(): void {
    if (this.#lineIsOpen) process.stdout.write('\n')
    this.#lineIsOpen = false
  }
}

/** A foreign text for standard output: it cannot drive a terminal, and stays as it is anywhere else. */
export function escapeForTerminal(text: string, { isTTY }: { readonly isTTY?: boolean } = process.stdout): string {
  return isTTY ? text.replace(/[^\n\t]+/g, escapeControls) : text
}

/** Listens to the end, and hands the text of each piece on as it comes. @throws whatever the speech throws */
export async function hear(
  speech: AsyncGenerator<Piece, Outcome>,
  onText: (text: string) => void,
): Promise<{ readonly text: string; readonly outcome: Outcome }> {
  let whole = ''
  for (;;) {
    const step = await speech.next()
    if (step.done) return { text: whole, outcome: step.value }
    const { text = '' } = step.value
    whole += text
    onText(text)
  }
}
