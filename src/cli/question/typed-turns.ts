import { createInterface, type Interface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import type { ReadStream, WriteStream } from 'node:tty'

/** A user who types the questions of a conversation at a terminal. Disposing it gives the terminal back. */
export type TypedTurns = Disposable & {
  /**
   * Reads the next question, with the line editing and the history of readline. Lines that are pasted, or end with a
   * backslash, are one question.
   *
   * @returns null when the user ends the conversation: Ctrl-D, or Ctrl-C on an empty line
   */
  next(): Promise<string | null>
  /** Runs `task` while the terminal is as a program finds it: Ctrl-C sends SIGINT. What is typed meanwhile comes next, Ctrl-D included. */
  aside<T>(task: () => Promise<T>): Promise<T>
}

const PROMPT = '> '
const CONTINUED = '… '
/** How many questions the arrow keys bring back. They are never written to a file: questions may be private. */
const HISTORY = 1_000

/** @param output where the prompt and what is typed are shown; not standard output, which may go to a file */
export function typedTurns(input: ReadStream, output: WriteStream): TypedTurns {
  // Without it a terminal pastes lines as if they were typed, and each would be a question.
  const bracketPaste = (on: boolean) => {
    if (output.isTTY && process.env.TERM !== 'dumb') output.write(`\u001b[?2004${on ? 'h' : 'l'}`)
  }
  const terminal = createInterface({ input, output, terminal: output.isTTY, historySize: HISTORY, prompt: PROMPT })
  const turns: string[] = []
  let lines: string[] = []
  let isPasting = false
  let isOver = false
  let readsAhead = false
  let wake = () => {}
  // What the arrow keys bring back. readline adds each line by itself, this keeps a question whole.
  let history: string[] = []
  let asked: readonly string[] = []

  terminal.on('history', lines => {
    history = lines
  })
  input.on('keypress', onKey)
  function onKey(_text: unknown, key: { readonly name?: string; readonly sequence?: string } | undefined) {
    // Linux keeps a Ctrl-D that was typed in the ordinary mode as a NUL.
    if (readsAhead && key?.sequence === '\0' && terminal.line === '' && lines.length === 0) terminal.close()
    if (key?.name === 'paste-start') isPasting = true
    if (key?.name === 'paste-end') isPasting = false
  }
  terminal.on('line', typed => {
    // Node 24 separates the lines of what the arrow keys bring back by carriage returns.
    const line = typed.replaceAll('\r', '\n')
    const isContinued = line.endsWith('\\')
    lines.push(isContinued && !isPasting ? line.slice(0, -1) : line)
    if (isPasting) return
    if (isContinued) {
      terminal.setPrompt(CONTINUED)
      terminal.prompt()
      return
    }
    const text = lines.join('\n')
    if (lines.length > 1) history.splice(0, history.length, text, ...asked.slice(0, HISTORY - 1))
    asked = [...history]
    turns.push(text)
    lines = []
    wake()
  })
  terminal.on('SIGINT', () => {
    if (terminal.line === '' && lines.length === 0) return terminal.close()
    lines = []
    history.splice(0, history.length, ...asked)
    clearLine(terminal)
    output.write('\n')
    terminal.setPrompt(PROMPT)
    terminal.prompt()
  })
  terminal.on('close', () => {
    isOver = true
    wake()
  })

  // The first turn of the event loop begins to read, the second has read what was typed meanwhile.
  async function readAhead(): Promise<void> {
    readsAhead = true
    for (let turn = 0; turn < 3; turn++) await setImmediate()
    readsAhead = false
  }

  return {
    async next() {
      if (turns.length === 0 && !isOver) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        bracketPaste(true)
        terminal.setPrompt(PROMPT)
        terminal.prompt()
        await promise
        bracketPaste(false)
      }
      return turns.shift() ?? null
    },
    async aside(task) {
      if (isOver) return await task()
      terminal.pause()
      input.setRawMode(false)
      try {
        return await task()
      } finally {
        input.setRawMode(output.isTTY)
        terminal.resume()
        void readAhead()
      }
    },
    [Symbol.dispose]() {
      input.off('keypress', onKey)
      terminal.close()
    },
  }
}

function clearLine(terminal: Interface): void {
  terminal.write(null, { ctrl: true, name: 'e' })
  terminal.write(null, { ctrl: true, name: 'u' })
}
