import { CANCELLED, linkedController } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { Answer, Ask, AskHow } from '../../plugin/dialect.js'
import type { Asked, Attempt, Embedding, Miner, Outcome, Piece, Question, Relayed } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { abortablePlugin, closeIterator } from '../../plugin/run/abandon.js'
import { contractError, typeName } from '../../plugin/run/contract-error.js'
import { isAttempt, parseEmbedding, parseOutcome, readAnswer } from '../../plugin/run/read-answer.js'
import { collectAnswer } from '../../plugin/run/whole-answer.js'

/** How long before the deadline a whole answer is cut, so that it is on its way when the deadline comes. */
const CUT_MS = 25

/** What a request's record tells of the asking. */
export type AnswerRecord = {
  /** of the last question; absent when the miner was not asked, or did not come to an end */
  readonly outcome?: Outcome
  /** of all questions, those that have ended; absent when the miner told of none */
  readonly attempts?: readonly Attempt[]
  /** the deadline cut an answer */
  readonly partial?: true
  /** from arrival to the first token */
  readonly firstMs?: number
}

type Options = {
  readonly miner: Miner
  readonly asked: Asked
  /** may an answer be cut at the deadline, where the dialect allows it? */
  readonly mayCut: boolean
  /** epoch milliseconds */
  readonly now: () => number
  readonly arrivedAt: number
  readonly onFirst: () => void
}

/** Asks the miner for a dialect, and keeps how that went. */
export class MinerSession {
  readonly ask: Ask
  readonly #options: Options
  readonly #faults = new WeakSet<object>()
  #record: AnswerRecord = {}

  constructor(options: Options) {
    // The miner tells of every attempt, also of those of a question without an answer.
    const asked = { ...options.asked, onAttempt: (attempt: unknown) => this.#tried(attempt) }
    this.#options = { ...options, asked }
    // A dialect need not wait for what it asked: its rejection would end the process.
    const droppable = <T>(answer: Promise<T>): Promise<T> => {
      answer.catch(() => {})
      return answer
    }
    this.ask = Object.assign((...args: Parameters<Ask>) => droppable(this.#whole(...args)), {
      stream: (...args: Parameters<Ask['stream']>) => this.#untilOver(this.#stream(...args)),
      relay: (...args: Parameters<Ask['relay']>) => droppable(this.#relay(...args)),
      embed: (...args: Parameters<Ask['embed']>) => droppable(this.#embed(...args)),
    })
  }

  get record(): AnswerRecord {
    return this.#record
  }

  /** Was it the miner that threw this, and not the dialect? */
  threw(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#faults.has(error)
  }

  async #whole(question: Question, { partial = false, until }: AskHow & { partial?: boolean } = {}): Promise<Answer> {
    const { miner, mayCut, now } = this.#options
    using bounded = withDeadline(this.#options.asked, until, now)
    const { asked } = bounded
    const cutAfterMs = partial && mayCut ? Math.max(0, asked.deadline - CUT_MS - now()) : undefined
    try {
      const answer = await collectAnswer(miner, question, asked, { cutAfterMs, onFirst: () => this.#first() })
      this.#end(answer.outcome, answer.partial)
      return answer
    } catch (error) {
      throw this.#ofMiner(error)
    }
  }

  async *#stream(question: Question, { until }: AskHow = {}): AsyncGenerator<Piece, Outcome> {
    using bounded = withDeadline(this.#options.asked, until, this.#options.now)
    let speech: ReturnType<typeof readAnswer> | null = null
    try {
      speech = readAnswer(this.#options.miner.prompt(question, bounded.asked), bounded.asked.signal)
      for (let isFirst = true; ; isFirst = false) {
        const step = await speech.next()
        if (step.done) {
          this.#end(step.value, false)
          return step.value
        }
        if (isFirst) this.#first()
        yield step.value
      }
    } catch (error) {
      throw this.#ofMiner(error)
    } finally {
      // Whoever asked may have heard enough. `listen` does not wait for the miner, so this does not either.
      await speech?.return(undefined as never)
    }
  }

  async #relay(question: Question, { until: end }: AskHow = {}): Promise<Relayed> {
    const { miner, asked: all, now } = this.#options
    if (!miner.relay) throw lacks('relay')
    const bounded = withDeadline(all, end, now)
    const { asked } = bounded
    try {
      const relaying = Promise.resolve(miner.relay(question, asked))
      // When it comes too late, nobody hears how it ended: its rejection would end the process.
      relaying.then(late => late.outcome).catch(() => {})
      const { body, outcome } = await abortablePlugin('miner', relaying, asked.signal)
      return { body: this.#untilOver(this.#bytes(body, asked.signal, bounded)), outcome: this.#ending(outcome) }
    } catch (error) {
      bounded[Symbol.dispose]()
      throw this.#ofMiner(error)
    }
  }

  /** A dialect that has heard enough need not say so: what is not heard to its end is told to stop with the request. */
  #untilOver<Said extends AsyncGenerator<unknown, unknown>>(said: Said): Said {
    this.#options.asked.signal.addEventListener('abort', () => closeIterator(said), { once: true })
    return said
  }

  /** The outcome of a relay, which is no more believed than that of words. */
  #ending(outcome: Promise<Outcome>): Promise<Outcome> {
    const ending = Promise.resolve(outcome)
      .then(parseOutcome)
      .catch(error => {
        throw this.#ofMiner(error)
      })
    ending.then(
      end => this.#end(end, false),
      () => {}, // a dialect need not ask for it
    )
    return ending
  }

  async *#bytes(body: AsyncIterable<Uint8Array>, signal: AbortSignal, bounded: Disposable): AsyncGenerator<Uint8Array> {
    using _ = bounded
    let iterator: AsyncIterator<Uint8Array> | undefined
    try {
      iterator = body[Symbol.asyncIterator]()
      for (let isFirst = true; ; isFirst = false) {
        const step = await abortablePlugin('miner', iterator.next(), signal)
        if (step.done) return
        if (!(step.value instanceof Uint8Array)) throw noBytes(step.value)
        if (isFirst) this.#first()
        yield step.value
      }
    } catch (error) {
      throw this.#ofMiner(error)
    } finally {
      if (iterator) closeIterator(iterator)
    }
  }

  async #embed(texts: readonly string[], { until: end }: AskHow = {}): Promise<Embedding> {
    const { miner, asked, now } = this.#options
    if (!miner.embed) throw lacks('embed')
    using bounded = withDeadline(asked, end, now)
    try {
      const embedding = await abortablePlugin('miner', miner.embed(texts, bounded.asked), bounded.asked.signal)
      return parseEmbedding(embedding, texts.length)
    } catch (error) {
      throw this.#ofMiner(error)
    }
  }

  #first(): void {
    const { now, arrivedAt, onFirst } = this.#options
    this.#record = { firstMs: now() - arrivedAt, ...this.#record }
    onFirst()
  }

  /** What is no attempt is left out, as in an outcome. */
  #tried(attempt: unknown): void {
    if (isAttempt(attempt)) this.#record = { ...this.#record, attempts: [...(this.#record.attempts ?? []), attempt] }
  }

  #end(outcome: Outcome, partial: boolean): void {
    this.#record = { ...this.#record, outcome, ...(partial && { partial }) }
  }

  #ofMiner(error: unknown): unknown {
    if (typeof error === 'object' && error !== null) this.#faults.add(error)
    return error
  }
}

function noBytes(value: unknown): NoAnswer {
  return contractError('miner', `the miner relayed ${typeName(value)}, which is no bytes`, 'yield a Uint8Array')
}

/** A dialect names what it needs, so that the axon does not open without it; this one did not. */
function lacks(what: string): NoAnswer {
  return new NoAnswer('unsupported', `this miner cannot ${what}`, { code: 'MINER_LACKS' })
}

/**
 * The same asking, with a deadline of its own when that comes first: `late` then. To be disposed when it is over: a miner
 * that goes on, because its answer was cut, is told.
 */
function withDeadline(
  asked: Asked,
  until: number | undefined,
  now: () => number,
): Disposable & { readonly asked: Asked } {
  if (until === undefined || until >= asked.deadline) return { asked, [Symbol.dispose]() {} }
  const ending = linkedController(asked.signal)
  const reason = () =>
    new NoAnswer('late', 'there was no answer in the time that the dialect gave', { code: 'ASK_LATE' })
  const timeout = timeoutSignal({ ms: until - now(), reason, parent: ending.signal })
  return {
    asked: { ...asked, deadline: until, signal: timeout.signal },
    [Symbol.dispose]() {
      ending.abort(CANCELLED)
      ending[Symbol.dispose]()
      timeout[Symbol.dispose]()
    },
  }
}
