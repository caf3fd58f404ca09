import type { Log } from '../../plugin/log.js'
import type { Asked, Outcome, Question } from '../../plugin/miner.js'
import { Attempts, type Means } from './attempts.js'
import type { CallModel } from './call-model.js'
import { drawOrder } from './draw-order.js'
import { type EndpointHealth, Health } from './health.js'
import { hedge } from './hedge.js'
import { type SharedAsked, Sharing } from './share.js'
import type { ModelEndpoint, Target } from './target.js'

export type PoolOptions = {
  /** in the order in which they are tried, but for their weights */
  readonly endpoints: readonly ModelEndpoint[]
  readonly call: CallModel
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
  readonly #endpoints: readonly ModelEndpoint[]
  readonly #health: Health
  readonly #means: Means
  readonly #hedgeMs: number | null
  readonly #sharing: Sharing | undefined
  /** who broke off in the middle of the answer to a question that may be asked again */
  readonly #brokeOff = new WeakMap<Question, ModelEndpoint>()
  #turn = 0

  constructor({ endpoints, call, log, hedgeMs, shareIdentical, now, random = Math.random }: PoolOptions) {
    this.#endpoints = endpoints
    this.#health = new Health({ endpoints, log, ...(now && { now }) })
    this.#means = { call, health: this.#health, log, random, hedgeMs }
    this.#hedgeMs = hedgeMs
    if (shareIdentical || endpoints.every(({ config }) => config.temperature === 0)) this.#sharing = new Sharing()
  }

  /**
   * @throws {NoAnswer} with a code that begins with `MODEL_`, and with all attempts
   * @throws the signal's reason, as it is; an error of the program itself as it is
   */
  async *ask(question: Question, asked: Asked): AsyncGenerator<string, Outcome> {
    const answer = (asked: Asked | SharedAsked) => this.#answer(question, asked)
    return yield* this.#sharing ? this.#sharing.ask(question, asked, answer) : answer(asked)
  }

  /** How endpoints and keys do, for whoever watches. */
  health(): readonly EndpointHealth[] {
    return this.#health.report()
  }

  async *#answer(question: Question, asked: Asked | SharedAsked): AsyncGenerator<string, Outcome> {
    const attempts = new Attempts(this.#means, this.#targets(this.#brokeOff.get(question)), question, asked)
    const run = (signal: AbortSignal, onToken = () => {}) => attempts.run(signal, onToken)
    const { signal } = asked
    const afterMs = this.#hedgeMs
    try {
      const outcome = yield* afterMs === null ? run(signal) : hedge({ afterMs, signal }, run)
      return { ...outcome, attempts: attempts.made }
    } catch (error) {
      if (attempts.speaker) this.#brokeOff.set(question, attempts.speaker)
      throw attempts.explained(error)
    }
  }

  /**
   * All ways to an answer, in order; the keys of an endpoint take turns.
   *
   * @param last the endpoint to ask when nobody else answers
   */
  #targets(last: ModelEndpoint | undefined): Target[] {
    const turn = this.#turn++
    return drawOrder(this.#endpoints, this.#means.random)
      .toSorted((one, other) => Number(one === last) - Number(other === last))
      .flatMap(endpoint => endpoint.keys.map((_, at) => ({ endpoint, keyAt: (at + turn) % endpoint.keys.length })))
  }
}
