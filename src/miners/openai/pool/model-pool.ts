import type { Log } from '../../../plugin/log.js'
import type { Asked, EndpointHealth, Piece, Question } from '../../../plugin/miner.js'
import type { AnswerStream, CallModel, EndpointCall } from '../call/call.js'
import type { Vectors } from '../call/embed.js'
import { sanitizeText } from '../errors/upstream.js'
import { Health } from '../health/health.js'
import { type MostTokens, mostOfTexts } from '../request/most-tokens.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import type { TargetCall } from './attempt.js'
import { type CoalescedAsked, Coalescer } from './coalesce.js'
import { capableEndpoints, weightedOrder } from './endpoint-order.js'
import { Failover, type FailoverContext } from './failover.js'
import { hedge } from './hedge.js'

export type PoolOptions = {
  /** in the order in which they are tried, except for weights */
  readonly endpoints: readonly ModelEndpoint[]
  readonly call: CallModel
  readonly relay: EndpointCall<Question, Uint8Array>
  readonly embed: EndpointCall<readonly string[], Vectors>
  /** returns the most tokens that an answer of this endpoint may use */
  readonly most: (endpoint: ModelEndpoint, question: Question, how: { readonly isRelay: boolean }) => MostTokens
  readonly log: Log
  /** ask a second target after this time without a token; null: never */
  readonly hedgeMs: number | null
  /** share a call even if the same question may have different answers */
  readonly shareIdentical: boolean
  /** milliseconds of a monotonic clock */
  readonly now?: () => number
  readonly random?: () => number
}

/** Several endpoints and keys, asked as if they were one model. Which is asked when: see failover.ts. */
export class ModelPool {
  readonly #options: PoolOptions
  readonly #health: Health
  readonly #context: FailoverContext
  readonly #answers = new Coalescer<string | Piece>()
  readonly #relays = new Coalescer<Uint8Array>()
  /** the endpoint that broke off in the middle of its answer, by the question, which may be asked again */
  readonly #brokenOff = new WeakMap<object, ModelEndpoint>()
  /** counts questions, for the keys to take turns */
  #turn = 0

  constructor(options: PoolOptions) {
    const { endpoints, log, hedgeMs, now, random = Math.random } = options
    this.#options = options
    this.#health = new Health({ endpoints, log, ...(now && { now }) })
    this.#context = { health: this.#health, log, random, hedgeMs }
  }

  /**
   * Streams the answer of the first target that has one.
   *
   * @throws {NoAnswer} with a code that begins with `MODEL_`, and with all attempts
   * @throws the signal's reason; an unexpected error unchanged
   */
  ask(question: Question, asked: Asked): AnswerStream<string | Piece> {
    return this.#answer(question, asked, { isRelay: false, call: this.#options.call, coalescer: this.#answers })
  }

  /**
   * Streams the bytes of the model's own stream.
   *
   * @throws as `ask`; after the first bytes also when the stream breaks off before its end
   */
  relay(question: Question, asked: Asked): AnswerStream<Uint8Array> {
    return this.#answer(question, asked, { isRelay: true, call: this.#options.relay, coalescer: this.#relays })
  }

  /**
   * Yields the vectors of all texts at once.
   *
   * @throws as `ask`
   */
  embed(texts: readonly string[], asked: Asked): AnswerStream<Vectors> {
    const { endpoints, embed } = this.#options
    const targetCall: TargetCall<Vectors> = {
      isStreamed: () => false,
      most: () => mostOfTexts(texts),
      call: (target, callAsked) => embed(target, texts, callAsked),
    }
    return this.#run(texts, this.#targets(endpoints, texts), targetCall, asked)
  }

  /** Reports how endpoints and keys are doing. */
  health(): readonly EndpointHealth[] {
    return this.#health.report()
  }

  async *#answer<Chunk>(
    question: Question,
    asked: Asked,
    {
      isRelay,
      call,
      coalescer,
    }: { isRelay: boolean; call: EndpointCall<Question, Chunk>; coalescer: Coalescer<Chunk> },
  ): AnswerStream<Chunk> {
    const capable = capableEndpoints(this.#options.endpoints, question, { isRelay })
    const targetCall: TargetCall<Chunk> = {
      model: question.model === undefined ? undefined : sanitizeText(question.model, []),
      isStreamed: ({ config: { n } }) => isRelay || (n ?? 1) === 1,
      most: endpoint => this.#options.most(endpoint, question, { isRelay }),
      call: (target, callAsked) => call(target, question, callAsked),
    }
    const run = (asked: Asked | CoalescedAsked) =>
      this.#run(question, this.#targets(capable, question, question.model), targetCall, asked)
    return yield* this.#isShared(question) ? coalescer.ask(question, asked, run) : run(asked)
  }

  /** Whether identical questions may share one answer: they get the same one anyway, or the operator allows it. */
  #isShared({ temperature }: Question): boolean {
    const { endpoints, shareIdentical } = this.#options
    return shareIdentical || endpoints.every(({ config }) => (temperature ?? config.temperature) === 0)
  }

  async *#run<Chunk>(
    subject: object,
    targets: readonly Target[],
    targetCall: TargetCall<Chunk>,
    asked: Asked | CoalescedAsked,
  ): AnswerStream<Chunk> {
    const failover = new Failover(this.#context, targets, targetCall, asked)
    const run = (signal: AbortSignal, onToken = () => {}) => failover.run(signal, onToken)
    const { signal } = asked
    const { hedgeMs: afterMs } = this.#context
    try {
      const outcome = yield* afterMs === null ? run(signal) : hedge({ afterMs, signal }, run)
      return { ...outcome, attempts: failover.attempts }
    } catch (error) {
      if (failover.answeredBy) this.#brokenOff.set(subject, failover.answeredBy)
      throw failover.bestError(error)
    }
  }

  /**
   * Returns all targets in the order of preference. Keys of an endpoint take turns; endpoints with the model that is asked
   * for come first, and an endpoint that broke off while answering this subject comes last.
   *
   * @param subject the question or the texts
   */
  #targets(endpoints: readonly ModelEndpoint[], subject: object, model?: string): Target[] {
    const turn = this.#turn++
    const last = this.#brokenOff.get(subject)
    return weightedOrder(endpoints, this.#context.random)
      .toSorted((one, other) => Number(other.config.model === model) - Number(one.config.model === model))
      .toSorted((one, other) => Number(one === last) - Number(other === last))
      .flatMap(endpoint => endpoint.keys.map((_, at) => ({ endpoint, keyAt: (at + turn) % endpoint.keys.length })))
  }
}
