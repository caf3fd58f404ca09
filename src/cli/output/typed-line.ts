import { createInterface } from 'node:readline/promises'

/** Whether a question can be asked, and its answer typed. It is written to stderr: in a file it would not be seen. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/**
 * Asks a question at the terminal, and returns the line that is typed; empty for Ctrl-D.
 *
 * @param interrupted makes the error for Ctrl-C
 * @throws what `interrupted` makes · the signal's reason
 */
export async function typedLine(
  question: string,
  { signal, interrupted }: { readonly signal: AbortSignal; readonly interrupted: () => Error },
): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.question(question, { signal }).then(resolve, reject)
      terminal.once('SIGINT', () => reject(interrupted()))
      terminal.once('close', () => resolve('')) // Ctrl-D, after which the question never settles
    })
  } catch (error) {
    signal.throwIfAborted() // readline's own error hides the reason
    throw error
  } finally {
    terminal.close()
  }
}
