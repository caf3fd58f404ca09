import type { Log } from '../../plugin/log.js'
import type { Asked, Check, Miner, Outcome, Question } from '../../plugin/miner.js'
import { callModel } from './call-model.js'
import { checkEndpoints } from './check.js'
import type { ClientFor } from './client-for.js'
import { Clients } from './clients.js'
import { endpointsOf } from './endpoints.js'
import { RefusedParameters } from './refused-parameters.js'
import type { OpenAISettings } from './settings.js'
import type { ModelEndpoint } from './target.js'

/**
 * Asks a chat model, and gives its words on as they come. It does not retry: the deadline is short, and what asks it
 * knows better whether there is time.
 */
export class OpenAIMiner implements Miner {
  readonly #endpoints: readonly [ModelEndpoint, ...ModelEndpoint[]]
  readonly #clients: Clients
  readonly #refused: RefusedParameters

  constructor({ config, clientFor, log }: { config: OpenAISettings; clientFor: ClientFor; log: Log }) {
    this.#endpoints = endpointsOf(config)
    this.#clients = new Clients(clientFor)
    this.#refused = new RefusedParameters(log)
  }

  /**
   * Makes the clients, so that the first question does not wait for them.
   *
   * @throws {NoAnswer} `MODEL_KEY_MISSING`
   */
  async ready(): Promise<void> {
    const targets = this.#endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
    await Promise.all(targets.map(target => this.#clients.of(target)))
  }

  check(signal: AbortSignal): Promise<readonly Check[]> {
    return checkEndpoints({ endpoints: this.#endpoints, clients: this.#clients, refused: this.#refused }, signal)
  }

  /** @throws as `callModel` */
  async *prompt(question: Question, asked: Asked): AsyncGenerator<string, Outcome> {
    asked.signal.throwIfAborted()
    const target = { endpoint: this.#endpoints[0], keyAt: 0 }
    return yield* callModel(await this.#clients.of(target), target, question, { ...asked, refused: this.#refused })
  }
}
