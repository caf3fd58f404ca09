import type { Log } from '../../plugin/log.js'
import type { Asked, Check, Miner, Outcome, Question } from '../../plugin/miner.js'
import { callModel } from './call-model.js'
import { checkEndpoints } from './check.js'
import type { ClientFor } from './client-for.js'
import { Clients } from './clients.js'
import { endpointsOf } from './endpoints.js'
import type { EndpointHealth } from './health.js'
import { ModelPool } from './model-pool.js'
import { RefusedParameters } from './refused-parameters.js'
import type { OpenAISettings } from './settings.js'
import type { ModelEndpoint } from './target.js'

/** Asks the configured models, and gives the words of the one that answers on as they come. */
export class OpenAIMiner implements Miner {
  readonly #endpoints: readonly [ModelEndpoint, ...ModelEndpoint[]]
  readonly #clients: Clients
  readonly #refused: RefusedParameters
  readonly #pool: ModelPool
  readonly #log: Log

  constructor({ config, clientFor, log }: { config: OpenAISettings; clientFor: ClientFor; log: Log }) {
    const endpoints = endpointsOf(config)
    const clients = new Clients(clientFor)
    const refused = new RefusedParameters(log)
    this.#endpoints = endpoints
    this.#clients = clients
    this.#refused = refused
    this.#log = log
    this.#pool = new ModelPool({
      endpoints,
      call: async function* (target, question, asked) {
        return yield* callModel(await clients.of(target), target, question, { ...asked, refused })
      },
      log,
      hedgeMs: config.hedge,
      shareIdentical: config.shareIdentical,
    })
  }

  /**
   * Makes the clients, so that the first question does not wait for them.
   *
   * @throws {NoAnswer} `MODEL_KEY_MISSING` when no endpoint can be asked; that only some cannot is logged
   */
  async ready(): Promise<void> {
    const targets = this.#endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
    const made = await Promise.allSettled(targets.map(target => this.#clients.of(target)))
    const failures = made.flatMap((one, at) =>
      one.status === 'rejected' ? [{ endpoint: targets[at]!.endpoint.name, error: one.reason }] : [],
    )
    if (failures.length === targets.length) throw failures[0]!.error
    for (const { endpoint, error } of failures)
      this.#log.warn({ event: 'endpointUnusable', endpoint, code: error.code, reason: error.message })
  }

  check(signal: AbortSignal): Promise<readonly Check[]> {
    return checkEndpoints({ endpoints: this.#endpoints, clients: this.#clients, refused: this.#refused }, signal)
  }

  /**
   * @throws {NoAnswer} with a code that begins with `MODEL_`, and with all attempts
   * @throws the signal's reason, as it is; an error of the program itself as it is
   */
  async *prompt(question: Question, asked: Asked): AsyncGenerator<string, Outcome> {
    asked.signal.throwIfAborted()
    return yield* this.#pool.ask(question, asked)
  }

  /** How endpoints and keys do, for whoever watches. */
  health(): readonly EndpointHealth[] {
    return this.#pool.health()
  }
}
