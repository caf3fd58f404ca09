import type { Attempt, Outcome, Piece } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { answerSummary, attemptSummary } from './answer-summary.js'
import { type AnswerOutput, consume } from './terminal.js'

type Options = {
  readonly stream: boolean
  readonly verbose: boolean
  readonly isJson: boolean
  /** disposed before the first output */
  readonly waiting: Disposable
  readonly output: AnswerOutput
}
type PromptAnswer = { readonly text: string; readonly outcome: Outcome }

/** An answer under `--json`. */
export type PromptDocument = Outcome & {
  readonly completion: string
  readonly firstMs: number | null
  readonly ms: number
}

/** Prints the answer of `miner prompt` as it comes, or whole at the end. Its times start when it is made. */
export class PromptOutput {
  /** whether the answer is to be printed as it comes */
  readonly streams: boolean
  readonly #options: Options
  readonly #output: AnswerOutput
  readonly #startedAt = performance.now()
  #firstMs: number | null = null
  #text = ''

  constructor(options: Options) {
    this.streams = options.stream && !options.isJson
    this.#options = options
    this.#output = options.output
  }

  /** what has been printed of an answer that is not finished */
  get text(): string {
    return this.#text
  }

  /** Takes the time of the first text. */
  first(): void {
    this.#firstMs ??= this.#elapsedMs()
  }

  /** Prints each text as it comes. @throws whatever the stream throws */
  async stream(pieces: AsyncGenerator<Piece, Outcome>): Promise<PromptAnswer> {
    const outcome = await consume(pieces, ({ text = '' }) => {
      this.#text += text
      this.first()
      if (text !== '') this.#options.waiting[Symbol.dispose]()
      this.#output.show(text)
    })
    return { text: this.#text, outcome }
  }

  /** Prints what is left to print of an answer, and returns it as a document. */
  finish({ text, outcome }: PromptAnswer): PromptDocument {
    const ms = this.#elapsedMs()
    const firstMs = this.#firstMs
    this.#options.waiting[Symbol.dispose]()
    if (!this.streams && !this.#options.isJson) this.#output.show(text)
    this.#output.end()
    this.#note(answerSummary({ outcome, firstMs, ms }))
    return { completion: text, ...outcome, firstMs, ms }
  }

  /**
   * Ends the line of an answer that failed, and prints the attempts at it.
   *
   * @param tried gets the attempts that the miner reports
   * @returns the error, with the attempts unless it has its own
   */
  async fail(error: unknown, tried: readonly Attempt[]): Promise<unknown> {
    this.#options.waiting[Symbol.dispose]()
    this.#output.end()
    // A miner whose time is over ends its attempts now, and reports them before the next turn.
    await new Promise(setImmediate)
    if (!(error instanceof NoAnswer)) return error
    const attempts = error.attempts ?? tried
    if (error.attempts || tried.length > 0) this.#note(attemptSummary(attempts, error.message))
    return error.attempts || tried.length === 0 ? error : error.with({ attempts })
  }

  #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt)
  }

  #note(text: string): void {
    if (this.#options.verbose && !this.#options.isJson) process.stderr.write(text)
  }
}
