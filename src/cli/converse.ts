import type { Message } from '../plugin/miner.js'
import { columnsOf, fill } from '../text/fill.js'
import { expectExit } from './process/unexpected-exit.js'
import { stdinLines } from './question/stdin.js'
import { typedTurns } from './question/typed-turns.js'

export type Conversation = {
  /** what it begins with; when the last message is the user's, it is asked at once */
  readonly opening: readonly Message[]
  /**
   * Asks the whole conversation, and prints the answer.
   *
   * @returns the answer; when `stop` aborts, as much of it as was printed
   */
  readonly ask: (messages: readonly Message[], stop: AbortSignal) => Promise<string>
  /** Prints the error of one turn, after which the conversation goes on. */
  readonly report: (error: unknown) => void
}

/**
 * Asks one question after the other, each with those before it and their answers. At a terminal the user types them, Ctrl-C
 * stops an answer, and a line such as `/clear` is a command; elsewhere each line of standard input is a question. A question
 * that fails leaves no trace in the conversation; an answer that the user stops stays as far as it came.
 *
 * @throws {UsageError} STDIN_TOO_LARGE · STDIN_NOT_UTF8 · STDIN_UNREADABLE
 */
export async function converse({ opening, ask, report }: Conversation): Promise<void> {
  const asksAtOnce = opening.at(-1)?.role === 'user'
  const start = asksAtOnce ? opening.slice(0, -1) : opening
  const first = asksAtOnce ? opening.at(-1)!.content : undefined
  let turns = start

  const take = async (content: string, stop: AbortSignal): Promise<void> => {
    const asked: readonly Message[] = [...turns, { role: 'user', content }]
    try {
      const answer = await ask(asked, stop)
      if (answer.trim() !== '') turns = [...asked, { role: 'assistant', content: answer }]
    } catch (error) {
      report(error)
    }
  }

  if (!process.stdin.isTTY) {
    const { signal } = new AbortController()
    if (first !== undefined) await take(first, signal)
    for await (const line of stdinLines()) if (line.trim() !== '') await take(line, signal)
    return
  }

  using typed = typedTurns(process.stdin, process.stderr)
  const askTyped = (content: string) => typed.aside(() => stoppable(stop => take(content, stop)))
  print(INTRODUCTION)
  if (first !== undefined) await askTyped(first)
  for (let text = await typed.next(); text !== null; text = await typed.next()) {
    const command = commandIn(text)
    if (command === '/exit' || command === '/quit') return
    if (command === '/clear') turns = start
    else if (command === '/help') print(HELP)
    else if (command !== undefined) print(`${command} is not a command. ${HELP}`)
    else if (text.trim() !== '') await askTyped(text.replace(/^\s+(?=\/)/, ''))
  }
  process.stderr.write('\n')
}

const INTRODUCTION =
  'Ctrl-C stops an answer, Ctrl-D ends the conversation, /clear begins a new one, /help lists the commands'
const HELP =
  '/clear begins a new conversation, /exit and /quit end it, /help lists the commands. To ask a question that begins with a slash and a word, type a space before it.'

function print(text: string): void {
  process.stderr.write(`${fill(text, { width: columnsOf(process.stderr) })}\n`)
}

/** Returns the command that a typed line is: `/` and a word. `/etc/hosts` is none, nor is a line that begins with a space. */
function commandIn(text: string): string | undefined {
  return text.includes('\n') ? undefined : /^\/[a-z]+(?=\s|$)/i.exec(text)?.[0].toLowerCase()
}

/** Runs a task that the first Ctrl-C stops. The second ends the program: the task may ignore its signal. */
async function stoppable(task: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const onInterrupt = () => {
    if (stop.signal.aborted) {
      expectExit()
      process.exit(130)
    }
    stop.abort()
  }
  process.on('SIGINT', onInterrupt)
  try {
    await task(stop.signal)
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}
