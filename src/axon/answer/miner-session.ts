import { CANCELLED, linkedController } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { Answer, Ask, AskHow } from '../../plugin/dialect.js'
import type { Asked, Embedding, Miner, Outcome, Piece, Question, Relayed } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { abortablePlugin, closeIterator } from '../../plugin/run/abandon.js'
import { contractError, typeName } from '../../plugin/run/contract-error.js'
import { parseAttempt, parseEmbedding, parseOutcome, readAnswer } from '../../plugin/run/read-answer.js'
import { type CollectedAnswer, collectAnswer } from '../../plugin/run/whole-answer.js'
import { type AnswerRecord, isObserved, publish } from '../events.js'
import { Transcript } from './transcript.js'

/** How long before the deadline a whole answer is cut, so that it is sent by the deadline. */
const CUT_MS = 25

type Options = {
  readonly miner: Miner
  readonly asked: Asked
  /** whether an answer is cut at the deadline, where the dialect allows it */
  readonly mayCut: boolean
  /** epoch milliseconds */
  readonly now: () => number
  /** the axon's id */
  readonly axon: string
  readonly onFirst: () => void
}

/** Asks the miner on behalf of a dialect, and records how that went. */
export class MinerSession {
  readonly ask: Ask
  readonly #options: Options
  readonly #faults = new WeakSet<object>()
  /** of the questions so far, for the channel of conversations; empty while that has no subscriber */
  readonly #transcripts: Transcript[] = []
  #record: AnswerRecord = {}

  constructor(options: Options) {
    // The miner reports every attempt, those of a failed question too.
    const asked = { ...options.asked, onAttempt: (attempt: unknown) => this.#addAttempt(attempt) }
    this.#options = { ...options, asked }
    // A dialect may drop the promise, and an unhandled rejection would end the process.
    const droppable = <T>(answer: Promise<T>): Promise<T> => {
      answer.catch(() => {})
      return answer
    }
    this.ask = Object.assign((...args: Parameters<Ask>) => droppable(this.#whole(...args)), {
      stream: (...args: Parameters<Ask['stream']>) => this.#closedWithRequest(this.#stream(...args)),
      relay: (...args: Parameters<Ask['relay']>) => droppable(this.#relay(...args)),
      embed: (...args: Parameters<Ask['embed']>) => droppable(this.#embed(...args)),
    })
  }

  get record(): AnswerRecord {
    return this.#record
  }

  /** Whether the miner threw this error, rather than the dialect. */
  threw(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#faults.has(error)
  }

  /** Publishes the conversations so far. */
  publishConversations(): void {
    const { axon, asked } = this.#options
    for (const { conversation } of this.#transcripts.splice(0))
      publish('conversation', () => ({ axon, id: asked.id, ...conversation }))
  }

  async #whole(question: Question, { partial = false, until }: AskHow & { partial?: boolean } = {}): Promise<Answer> {
    const { miner, mayCut, now, onFirst } = this.#options
    using bounded = withDeadline(this.#options.asked, until, now)
    const { asked } = bounded
    const transcript = this.#transcribe(question)
    const cutAfterMs = partial && mayCut ? Math.max(0, asked.deadline - CUT_MS - now()) : undefined
    try {
      const answer = await collectAnswer(miner, question, asked, {
        cutAfterMs,
        onFirst,
        onPiece(piece, isFirst) {
          if (isFirst) transcript?.clear()
          transcript?.add(piece)
        },
      })
      // What the caller gets may be cut at a sentence, or be the text of an earlier try.
      transcript?.clear()
      transcript?.add({ text: answer.text, toolCalls: answer.toolCalls.map((call, index) => ({ index, ...call })) })
      this.#end(answer.outcome, answer)
      return answer
    } catch (error) {
      throw this.#ofMiner(error)
    }
  }

  async *#stream(question: Question, { until }: AskHow = {}): AsyncGenerator<Piece, Outcome> {
    using bounded = withDeadline(this.#options.asked, until, this.#options.now)
    const transcript = this.#transcribe(question)
    let answer: ReturnType<typeof readAnswer> | null = null
    try {
      answer = readAnswer(this.#options.miner.prompt(question, bounded.asked), bounded.asked.signal)
      for (let isFirst = true; ; isFirst = false) {
        const step = await answer.next()
        if (step.done) {
          this.#end(step.value)
          return step.value
        }
        if (isFirst) this.#options.onFirst()
        transcript?.add(step.value)
        yield step.value
      }
    } catch (error) {
      throw this.#ofMiner(error)
    } finally {
      // The dialect may stop reading early. `readAnswer` does not wait for the miner, so this does not either.
      await answer?.return(undefined as never)
    }
  }

  async #relay(question: Question, { until: end }: AskHow = {}): Promise<Relayed> {
    const { miner, asked: all, now } = this.#options
    if (!miner.relay) throw lacks('relay')
    const transcript = this.#transcribe(question)
    const bounded = withDeadline(all, end, now)
    const { asked } = bounded
    try {
      const relaying = Promise.resolve(miner.relay(question, asked))
      // After the deadline its outcome is unread, and an unhandled rejection would end the process.
      relaying.then(late => late.outcome).catch(() => {})
      const { body, outcome } = await abortablePlugin('miner', relaying, asked.signal)
      return {
        body: this.#closedWithRequest(this.#bytes(body, asked.signal, { bounded, transcript })),
        outcome: this.#relayOutcome(outcome),
      }
    } catch (error) {
      bounded[Symbol.dispose]()
      throw this.#ofMiner(error)
    }
  }

  /** Closes a generator with the request: a dialect may stop reading without closing it. */
  #closedWithRequest<G extends AsyncGenerator<unknown, unknown>>(generator: G): G {
    this.#options.asked.signal.addEventListener('abort', () => closeIterator(generator), { once: true })
    return generator
  }

  /** Parses the outcome of a relay, which is trusted no more than that of an answer. */
  #relayOutcome(outcome: Promise<Outcome>): Promise<Outcome> {
    const ending = Promise.resolve(outcome)
      .then(parseOutcome)
      .catch(error => {
        throw this.#ofMiner(error)
      })
    ending.then(
      end => this.#end(end),
      () => {}, // a dialect may leave it unread
    )
    return ending
  }

  async *#bytes(
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    { bounded, transcript }: { readonly bounded: Disposable; readonly transcript: Transcript | null },
  ): AsyncGenerator<Uint8Array> {
    using _ = bounded
    let iterator: AsyncIterator<Uint8Array> | undefined
    try {
      iterator = body[Symbol.asyncIterator]()
      for (let isFirst = true; ; isFirst = false) {
        const step = await abortablePlugin('miner', iterator.next(), signal)
        if (step.done) return
        if (!(step.value instanceof Uint8Array)) throw noBytes(step.value)
        if (isFirst) this.#options.onFirst()
        transcript?.addBytes(step.value)
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

  #transcribe(question: Question): Transcript | null {
    if (!isObserved('conversation')) return null
    const transcript = new Transcript(question)
    this.#transcripts.push(transcript)
    return transcript
  }

  /** Ignores values that are not attempts, as `parseOutcome` does. */
  #addAttempt(value: unknown): void {
    const attempt = parseAttempt(value)
    if (attempt) this.#record = { ...this.#record, attempts: [...(this.#record.attempts ?? []), attempt] }
  }

  #end(outcome: Outcome, { partial, cut }: Pick<CollectedAnswer, 'partial' | 'cut'> = { partial: false }): void {
    this.#record = { ...this.#record, outcome, ...(partial && { partial }), ...(cut && { cut }) }
  }

  #ofMiner(error: unknown): unknown {
    if (typeof error === 'object' && error !== null) this.#faults.add(error)
    return error
  }
}

function noBytes(value: unknown): NoAnswer {
  return contractError('miner', `the miner relayed ${typeName(value)} instead of bytes`, 'yield a Uint8Array')
}

/** A dialect that declares its `needs` never gets here: the axon does not open without them. */
function lacks(what: string): NoAnswer {
  return new NoAnswer('unsupported', `this miner cannot ${what}`, { code: 'MINER_LACKS' })
}

/**
 * Bounds a question by the dialect's own deadline, when that comes first; the miner's signal then aborts with ASK_LATE.
 * Disposing it aborts the signal too: a miner whose answer was cut may still be at work.
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
