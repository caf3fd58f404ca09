import { columnsOf, fill } from '../../text/fill.js'
import { discardTyped } from '../../wallet/ask-password.js'

type Clack = typeof import('@clack/prompts')

/** An answer that can be chosen. */
export type AnswerChoice = {
  readonly value: string
  readonly label: string
  /** shown behind the label while it is marked */
  readonly hint?: string
}

type Question = { readonly message: string }
type ChoiceQuestion = Question & { readonly choices: readonly AnswerChoice[]; readonly marked?: string }
type TypedQuestion = Question & {
  /** returns what is wrong with what was typed; undefined: nothing */
  readonly check: (text: string) => Promise<string | undefined>
}

/**
 * Asks questions on the terminal, on standard error: standard output has the result. Ctrl-C, Ctrl-D and Escape end it. What
 * is typed between two questions is dropped, and not shown: it may be a key. Ctrl-C sends SIGINT there.
 */
export class Dialogue implements Disposable {
  readonly #clack: Clack
  readonly #cancelled: () => Error
  #hidden: Disposable = discardTyped()

  private constructor(clack: Clack, cancelled: () => Error) {
    this.#clack = clack
    this.#cancelled = cancelled
  }

  /** @param cancelled makes the error that a question throws which is not answered */
  static async open(cancelled: () => Error): Promise<Dialogue> {
    return new Dialogue(await import('@clack/prompts'), cancelled)
  }

  /** Returns whether there is a terminal to ask on: one that can move its cursor. */
  static isPossible(env: NodeJS.ProcessEnv = process.env): boolean {
    return process.stdin.isTTY && process.stderr.isTTY && env.TERM !== 'dumb'
  }

  /** @throws what `cancelled` makes */
  choose({ message, choices, marked }: ChoiceQuestion): Promise<string> {
    return this.#ask(how =>
      this.#clack.select<string>({
        ...how,
        message,
        options: [...choices],
        ...(marked !== undefined && { initialValue: marked }),
        showInstructions: false,
      }),
    )
  }

  /** @throws what `cancelled` makes */
  async type({ message, check, initial }: TypedQuestion & { readonly initial: string }): Promise<string> {
    return await this.#ask(how =>
      this.#clack.text({
        ...how,
        message: broken(message),
        initialValue: initial,
        validate: (text = '') => check(text.trim()),
      }),
    )
  }

  /**
   * Asks for a secret, which is not shown.
   *
   * @throws what `cancelled` makes
   */
  async typeSecret({ message, check }: TypedQuestion): Promise<string> {
    return await this.#ask(how =>
      this.#clack.password({ ...how, message: broken(message), validate: (text = '') => check(text.trim()) }),
    )
  }

  async #ask(prompt: (how: How) => Promise<string | symbol>): Promise<string> {
    const { stdin } = process
    const ended = new AbortController()
    this.#hidden[Symbol.dispose]()
    // readline closes itself at Ctrl-D, after which the question would never settle.
    const onKey = (_: unknown, key: { readonly ctrl?: boolean; readonly name?: string }) => {
      if (key.ctrl && key.name === 'd') ended.abort()
    }
    stdin.on('keypress', onKey)
    try {
      const answer = await prompt({ output: process.stderr, withGuide: false, signal: ended.signal })
      if (typeof answer === 'symbol') throw this.#cancelled()
      return (answer ?? '').trim() // an empty secret is undefined, against its type
    } finally {
      stdin.off('keypress', onKey)
      this.#hidden = discardTyped()
    }
  }

  [Symbol.dispose](): void {
    this.#hidden[Symbol.dispose]()
  }
}

type How = { readonly output: NodeJS.WriteStream; readonly withGuide: false; readonly signal: AbortSignal }

/** The columns before a question, which has a symbol there. */
const INDENT = 3

/** Breaks a question at its words. */
function broken(message: string): string {
  return fill(message, { width: columnsOf(process.stderr), at: INDENT, indent: INDENT })
}
