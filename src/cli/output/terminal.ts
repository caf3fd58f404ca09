import { escapeControls } from '../../text/escape.js'

/** Prints an answer to standard output as it comes. */
export class AnswerOutput {
  readonly #decoder = new TextDecoder()
  #lineIsOpen = false

  /** Prints a piece. Bytes are written as they are, unless standard output is a terminal. */
  show(piece: string | Uint8Array): void {
    if (typeof piece !== 'string' && !process.stdout.isTTY) {
      process.stdout.write(piece)
      return
    }
    const text = typeof piece === 'string' ? piece : this.#decoder.decode(piece, { stream: true })
    process.stdout.write(escapeForTerminal(text))
    if (text !== '') this.#lineIsOpen = !text.endsWith('\n')
  }

  /** Ends an open line, so that the next output starts on its own. */
  end(): void {
    if (this.#lineIsOpen) process.stdout.write('\n')
    this.#lineIsOpen = false
  }

  /** Makes room for a line of the log, where that would stand in the same line of a terminal. */
  makeRoom(): void {
    if (process.stdout.isTTY && process.stderr.isTTY) this.end()
  }
}

/** Escapes foreign text when standard output is a terminal, which its control characters would drive. */
export function escapeForTerminal(text: string, { isTTY }: { readonly isTTY?: boolean } = process.stdout): string {
  return isTTY ? text.replace(/[^\n\t]+/g, escapeControls) : text
}

/** Reads a stream to its end, and passes on each piece as it comes. @throws whatever the stream throws */
export async function consume<Piece, End>(
  stream: AsyncGenerator<Piece, End>,
  onPiece: (piece: Piece) => void,
): Promise<End> {
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value
    onPiece(step.value)
  }
}
