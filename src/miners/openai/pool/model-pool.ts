import type { Log } from '../../../plugin/log.js'
import type { Asked, Outcome, Piece, Question } from '../../../plugin/miner.js'
import type { CallModel, EndpointCall } from '../call/call.js'
import type { Vectors } from '../call/embed.js'
import { sanitizeText } from '../errors/upstream.js'
import { type EndpointHealth, Health } from '../health/health.js'
import type { ModelEndpoint, Target } from '../settings/endpoints.js'
import type { TargetCall } from './attempt.js'
import { type CoalescedAsked, Coalescer } from './coalesce.js'
import { capableEndpoints, weightedOrder } from './endpoint-order.js'
import { Failover, type FailoverContext } from './failover.js'
import { hedge } from './hedge.js'

export type PoolOptions = {
  /** in the order in which they are tried, but for their weights */
  readonly endpoints: readonly ModelEndpoint[]
  readonly call: CallModel
  readonly relay: EndpointCall<Question, Uint8Array>
  readonly embed: EndpointCall<readonly string[], Vectors>
  readonly log: Log
  /** ask a second one after this time without a token; null: never */
  readonly hedgeMs: number | null
  /** share a call also where the same question may have different answers */
  readonly shareIdentical: boolean
  /** milliseconds of a monotonic clock */
  readonly now?: () => number
  readonly random?: () => number
}

/** Several endpoints and keys, asked as if they were one model that does not fail. */
export class ModelPool {
  readonly #options: PoolOptions
  readonly #health: Health
  readonly #means: FailoverContext
  readonly #words = new Coalescer<string | Piece>()
  readonly #bytes = new Coalescer<Uint8Array>()
  /** who broke off in the middle of the answer to a question that may be asked again */
  readonly #brokeOff = new WeakMap<object, ModelEndpoint>()
  #turn = 0

  constructor(options: PoolOptions) {
    const { endpoints, log, hedgeMs, now, random = Math.random } = options
    this.#options = options
    this.#health = new Health({ endpoints, log, ...(now && { now }) })
    this.#means = { health: this.#health, log, random, hedgeMs }
  }

  /**
   * @throws {NoAnswer} with a code that begins with `MODEL_`, and with all attempts
   * @throws the signal's reason, as it is; an error of the program itself as it is
   */
  ask(question: Question, asked: Asked): AsyncGenerator<string | Piece, Outcome> {
    return this.#answer(question, asked, { isRelay: false, call: this.#options.call, sharing: this.#words })
  }

  /**
   * Gives the bytes of the model's own stream.
   *
   * @throws as `ask`; after the first bytes also when the stream breaks off before its end
   */
  relay(question: Question, asked: Asked): AsyncGenerator<Uint8Array, Outcome> {
    return this.#answer(question, asked, { isRelay: true, call: this.#options.relay, sharing: this.#bytes })
  }

  /**
   * Gives the vectors of all texts at once.
   *
   * @throws as `ask`
   */
  embed(texts: readonly string[], asked: Asked): AsyncGenerator<Vectors, Outcome> {
    const { endpoints, embed } = this.#options
    const wanted: TargetCall<Vectors> = { isStreamed: () => false, call: (target, how) => embed(target, texts, how) }
    return this.#try(texts, this.#targets(endpoints, texts), wanted, asked)
  }

  /** How endpoints and keys do, for whoever watches. */
  health(): readonly EndpointHealth[] {
    return this.#health.report()
  }

  async *#answer<Given>(
    question: Question,
    asked: Asked,
    { isRelay, call, sharing }: { isRelay: boolean; call: EndpointCall<Question, Given>; sharing: Coalescer<Given> },
  ): AsyncGenerator<Given, Outcome> {
    const able = capableEndpoints(this.#options.endpoints, question, { isRelay })
    const wanted: TargetCall<Given> = {
      model: question.model === undefined ? undefined : sanitizeText(question.model, []),
      isStreamed: ({ config: { n } }) => isRelay || (n ?? 1) === 1,
      call: (target, how) => call(target, question, how),
    }
    const answer = (asked: Asked | CoalescedAsked) =>
      this.#try(question, this.#targets(able, question, question.model), wanted, asked)
    return yield* this.#isShared(question) ? sharing.ask(question, asked, answer) : answer(asked)
  }

  /** Would two who ask it at the same time get the same answer, or has the operator said that one will do? */
  #isShared({ temperature }: Question): boolean {
    const { endpoints, shareIdentical } = this.#options
    return shareIdentical || endpoints.every(({ config }) => (temperature ?? config.temperature) === 0)
  }

  async *#try<Given>(
    about: object,
    targets: readonly Target[],
    wanted: TargetCall<Given>,
    asked: Asked | CoalescedAsked,
  ): AsyncGenerator<Given, Outcome> {
    const attempts = new Failover(this.#means, targets, wanted, asked)
    const run = (signal: AbortSignal, onToken = () => {}) => attempts.run(signal, onToken)
    const { signal } = asked
    const { hedgeMs: afterMs } = this.#means
    try {
      const outcome = yield* afterMs === null ? run(signal) : hedge({ afterMs, signal }, run)
      return { ...outcome, attempts: attempts.made }
    } catch (error) {
      if (attempts.speaker) this.#brokeOff.set(about, attempts.speaker)
      throw attempts.bestError(error)
    }
  }

  /**
   * All ways to an answer, in order; the keys of an endpoint take turns. Whose model is asked for comes first, and last
   * who broke off at this.
   *
   * @param about what is asked
   */
  #targets(endpoints: readonly ModelEndpoint[], about: object, model?: string): Target[] {
    const turn = this.#turn++
    const last = this.#brokeOff.get(about)
    return weightedOrder(endpoints, this.#means.random)
      .toSorted((one, other) => Number(other.config.model === model) - Number(one.config.model === model))
      .toSorted((one, other) => Number(one === last) - Number(other === last))
      .flatMap(endpoint => endpoint.keys.map((_, at) => ({ endpoint, keyAt: (at + turn) % endpoint.keys.length })))
  }
}
