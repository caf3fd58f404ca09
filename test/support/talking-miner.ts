import { abortable } from '#dist/async/abortable.js'
import type { Asked, Miner, Outcome } from '#dist/plugin/miner.js'

/** A question to a `TalkingMiner`, and the means to answer it. */
export type Talk = {
  readonly asked: Asked
  /** the number of pieces consumed so far */
  readonly taken: number
  /** resolves when the answer has ended, for any reason */
  readonly over: Promise<void>
  say(...pieces: string[]): void
  end(outcome?: Partial<Outcome>): void
  fail(error: unknown): void
}

type Step = { piece: string } | { outcome: Outcome } | { error: unknown }

/**
 * Answers piece by piece as the test directs. Obeys the signal, as a model's client does, and counts open questions.
 */
export class TalkingMiner implements Miner {
  /** the number of unfinished answers */
  open = 0
  readonly #talks: Talk[] = []
  readonly #takers: ((talk: Talk) => void)[] = []

  async *prompt(_: Parameters<Miner['prompt']>[0], asked: Asked): AsyncGenerator<string, Outcome> {
    const over = Promise.withResolvers<void>()
    const steps: Step[] = []
    let more = Promise.withResolvers<void>()
    let taken = 0
    const add = (...added: Step[]) => {
      steps.push(...added)
      more.resolve()
    }
    this.#talks.push({
      asked,
      get taken() {
        return taken
      },
      over: over.promise,
      say: (...pieces) => add(...pieces.map(piece => ({ piece }))),
      end: outcome => add({ outcome: { model: 'talking', finishReason: 'stop', ...outcome } }),
      fail: error => add({ error }),
    })
    this.#hand()
    this.open++
    try {
      for (;;) {
        if (steps.length === 0) {
          more = Promise.withResolvers()
          await abortable(more.promise, asked.signal)
        }
        const step = steps.shift()!
        if ('error' in step) throw step.error
        if ('outcome' in step) return step.outcome
        taken++
        yield step.piece
      }
    } finally {
      this.open--
      over.resolve()
    }
  }

  /** Resolves with the next question, in the order of arrival. */
  next(): Promise<Talk> {
    const { promise, resolve } = Promise.withResolvers<Talk>()
    this.#takers.push(resolve)
    this.#hand()
    return promise
  }

  #hand(): void {
    while (this.#talks.length > 0 && this.#takers.length > 0) this.#takers.shift()!(this.#talks.shift()!)
  }
}
