import type { Ask } from '../plugin/dialect.js'
import { listen } from '../plugin/listen.js'
import type { Asked, Miner, Outcome, Piece, Question } from '../plugin/miner.js'
import { wholeAnswer } from '../plugin/whole-answer.js'

/** How long before the deadline a whole answer is cut, so that it is on its way when the deadline comes. */
const CUT_MS = 25

/** What a request's record tells of the asking. */
export type Went = {
  /** of the last question; absent when the miner was not asked, or did not come to an end */
  readonly outcome?: Outcome
  /** the deadline cut an answer */
  readonly partial?: true
  /** from arrival to the first token */
  readonly firstMs?: number
}

/** Asks the miner for a dialect, and keeps how that went. */
export class Asking {
  readonly ask: Ask
  readonly #onFirst: () => void
  readonly #now: () => number
  readonly #arrivedAt: number
  #went: Went = {}

  constructor(options: {
    miner: Miner
    asked: Asked
    /** may an answer be cut at the deadline, where the dialect allows it? */
    mayCut: boolean
    /** epoch milliseconds */
    now: () => number
    arrivedAt: number
    onFirst: () => void
  }) {
    const { miner, asked, mayCut, now } = options
    this.#onFirst = options.onFirst
    this.#now = now
    this.#arrivedAt = options.arrivedAt

    const whole: (...args: Parameters<Ask>) => ReturnType<Ask> = (question, { partial = false } = {}) => {
      const cutAfterMs = partial && mayCut ? Math.max(0, asked.deadline - CUT_MS - now()) : undefined
      const answer = wholeAnswer(miner, question, asked, { cutAfterMs, onFirst: () => this.#first() })
      // A dialect need not wait for what it asked: its rejection would end the process.
      answer.then(
        ({ outcome, partial }) => this.#end(outcome, partial),
        () => {},
      )
      return answer
    }
    this.ask = Object.assign(whole, { stream: (question: Question) => this.#stream(miner, question, asked) })
  }

  get went(): Went {
    return this.#went
  }

  async *#stream(miner: Miner, question: Question, asked: Asked): AsyncGenerator<Piece, Outcome> {
    const speech = listen(miner.prompt(question, asked), asked.signal)
    let isFirst = true
    try {
      for (;;) {
        const step = await speech.next()
        if (step.done) {
          this.#end(step.value, false)
          return step.value
        }
        if (isFirst) this.#first()
        isFirst = false
        yield { text: step.value }
      }
    } finally {
      // Whoever asked may have heard enough. `listen` does not wait for the miner, so this does not either.
      await speech.return(undefined as never)
    }
  }

  #first(): void {
    this.#went = { firstMs: this.#now() - this.#arrivedAt, ...this.#went }
    this.#onFirst()
  }

  #end(outcome: Outcome, partial: boolean): void {
    this.#went = { ...this.#went, outcome, ...(partial && { partial }) }
  }
}
