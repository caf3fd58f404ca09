import type { Log } from '../../plugin/log.js'
import type {
  Asked,
  Capabilities,
  Check,
  CheckHow,
  Embedding,
  EndpointHealth,
  Miner,
  ModelList,
  Outcome,
  Piece,
  Question,
  Relayed,
} from '../../plugin/miner.js'
import type { ModelSource } from '../../plugin/money/spending.js'
import { callModel } from './call/complete.js'
import { embedTexts, type Vectors } from './call/embed.js'
import { RefusedParameters } from './call/refused-parameters.js'
import { relayModel, relayStream } from './call/relay.js'
import { checkEndpoints } from './check.js'
import type { ClientFor } from './http/client.js'
import { ClientCache } from './http/client-cache.js'
import { modelLists } from './model-lists.js'
import { ModelPool } from './pool/model-pool.js'
import { mostOfQuestion, sourceOf } from './request/most-tokens.js'
import { endpointFor, endpointsOf, type ModelEndpoint } from './settings/endpoints.js'
import { movedFields } from './settings/rules.js'
import type { OpenAISettings } from './settings/settings.js'

type OpenAIMinerContext = {
  readonly config: OpenAISettings
  /** the table of the settings */
  readonly section: string
  readonly clientFor: ClientFor
  readonly log: Log
}

/** Asks the configured models, and streams the answer of the first that has one. */
export class OpenAIMiner implements Miner {
  readonly #endpoints: readonly [ModelEndpoint, ...ModelEndpoint[]]
  readonly #clients: ClientCache
  readonly #refused: RefusedParameters
  readonly #pool: ModelPool
  readonly #log: Log

  constructor({ config, section, clientFor, log }: OpenAIMinerContext) {
    const endpoints = endpointsOf(config, section)
    const clients = new ClientCache(clientFor)
    const refused = new RefusedParameters(log)
    this.#endpoints = endpoints
    this.#clients = clients
    this.#refused = refused
    this.#log = log
    for (const message of movedFields(config, section)) log.warn({ event: 'settingInExtra' }, message)
    this.#pool = new ModelPool({
      endpoints,
      call: async function* (target, question, asked) {
        return yield* callModel(await clients.of(target), target, question, { ...asked, refused })
      },
      relay: async function* (target, question, asked) {
        return yield* relayModel(await clients.of(target), target, question, { ...asked, refused })
      },
      embed: async function* (target, texts, asked) {
        return yield* embedTexts(await clients.of(target), target, texts, asked)
      },
      most: (endpoint, question, { isRelay }) =>
        mostOfQuestion(endpoint, question, { refused: refused.of(endpointFor(endpoint, question)), isRelay }),
      log,
      hedgeMs: config.hedge,
      shareIdentical: config.shareIdentical,
    })
  }

  /**
   * Makes the clients, so that the first question does not wait for them. Logs endpoints without a key.
   *
   * @throws {NoAnswer} `MODEL_KEY_MISSING` when no endpoint has a usable key
   */
  async ready(): Promise<void> {
    const targets = this.#endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
    const results = await Promise.allSettled(targets.map(target => this.#clients.of(target)))
    const failures = results.flatMap((result, at) =>
      result.status === 'rejected' ? [{ endpoint: targets[at]!.endpoint.name, error: result.reason }] : [],
    )
    if (failures.length === targets.length) throw failures[0]!.error
    for (const { endpoint, error } of failures)
      this.#log.warn({ event: 'endpointUnusable', endpoint, code: error.code, reason: error.message })
  }

  check(signal: AbortSignal, how: CheckHow = {}): Promise<readonly Check[]> {
    return checkEndpoints({ endpoints: this.#endpoints, clients: this.#clients, refused: this.#refused }, signal, how)
  }

  models(signal: AbortSignal): Promise<readonly ModelList[]> {
    return modelLists({ endpoints: this.#endpoints, clients: this.#clients }, signal)
  }

  /**
   * @throws {NoAnswer} with a code that begins with `MODEL_`, and with all attempts
   * @throws the signal's reason; an unexpected error unchanged
   */
  async *prompt(question: Question, asked: Asked): AsyncGenerator<string | Piece, Outcome> {
    asked.signal.throwIfAborted()
    return yield* this.#pool.ask(question, asked)
  }

  /** @throws as `prompt`, until the first word or thought; after that its body throws, and no other endpoint is asked */
  async relay(question: Question, asked: Asked): Promise<Relayed> {
    asked.signal.throwIfAborted()
    return relayStream(this.#pool.relay(question, asked), asked.signal)
  }

  /** @throws as `prompt` */
  async embed(texts: readonly string[], asked: Asked): Promise<Embedding> {
    asked.signal.throwIfAborted()
    const stream = this.#pool.embed(texts, asked)
    for (let vectors: Vectors = []; ; ) {
      const step = await stream.next()
      if (!step.done) vectors = step.value
      else return { model: step.value.model, vectors, ...(step.value.usage && { usage: step.value.usage }) }
    }
  }

  /** Returns what the API can carry; a model without a feature fails with `unsupported` when it is asked. */
  capabilities(): Capabilities {
    const isChat = this.#endpoints.some(({ config }) => config.api === 'chat')
    const models = new Set(this.#endpoints.map(({ config }) => config.model))
    return { tools: isChat, logprobs: isChat, responseFormat: isChat, models: [...models] }
  }

  sources(): readonly ModelSource[] {
    return this.#endpoints.map(sourceOf)
  }

  /** Reports how endpoints and keys are doing. */
  health(): readonly EndpointHealth[] {
    return this.#pool.health()
  }
}
