import type { OpenAI } from 'openai'
import type { Asked, Miner, Outcome, Question } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { Answer } from './answer.js'
import { chatRequest } from './chat-request.js'
import type { ClientFor } from './client-for.js'
import { type Endpoint, endpointAt } from './endpoint.js'
import { modelError } from './model-error.js'
import { replies } from './replies.js'
import type { OpenAISettings } from './settings.js'
import type { Upstream } from './upstream.js'

/**
 * Asks a chat model, and gives its words on as they come. It does not retry: the deadline is short, and what asks it
 * knows better whether there is time.
 */
export class OpenAIMiner implements Miner {
  readonly #config: OpenAISettings
  readonly #clientFor: ClientFor
  readonly #endpoint: Endpoint
  readonly #upstream: Upstream
  #client: Promise<OpenAI> | undefined

  constructor({ config, clientFor }: { readonly config: OpenAISettings; readonly clientFor: ClientFor }) {
    this.#config = config
    this.#clientFor = clientFor
    this.#endpoint = endpointAt(config.baseUrl)
    this.#upstream = {
      host: this.#endpoint.host,
      model: config.model,
      secrets: config.apiKey === undefined ? [] : [config.apiKey],
    }
  }

  /**
   * Makes the client, so that the first question does not wait for it.
   *
   * @throws {NoAnswer} `MODEL_KEY_MISSING`
   */
  async ready(): Promise<void> {
    await this.#connected()
  }

  /**
   * @throws {NoAnswer} with a code that begins with `MODEL_`
   * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
   */
  async *prompt({ messages }: Question, { signal, deadline }: Asked): AsyncGenerator<string, Outcome> {
    signal.throwIfAborted()
    const client = await this.#connected()

    const timeout = msUntil(deadline)
    const late = AbortSignal.timeout(timeout)
    const either = AbortSignal.any([signal, late])
    const answer = new Answer(this.#upstream)
    try {
      const request = chatRequest(this.#config, messages, this.#endpoint)
      for await (const reply of replies(client, request, { upstream: this.#upstream, signal: either })) {
        const text = answer.take(reply)
        if (text !== '') yield text
      }
      return answer.outcome()
    } catch (error) {
      signal.throwIfAborted()
      throw late.aborted ? timedOut(this.#upstream, timeout) : modelError(error, this.#upstream)
    }
  }

  /** The client is made at the first question, and made again when that failed. */
  #connected(): Promise<OpenAI> {
    const { apiKey = null, organization = null, project = null } = this.#config
    this.#client ??= this.#clientFor({ baseUrl: this.#endpoint.baseUrl, apiKey, organization, project }).catch(
      error => {
        this.#client = undefined
        throw error
      },
    )
    return this.#client
  }
}

/** Whole milliseconds that a timer can hold, at least one. */
function msUntil(deadline: number): number {
  return Math.min(Math.max(1, Math.ceil(deadline - Date.now())), 2 ** 31 - 1)
}

function timedOut({ host, model }: Upstream, afterMs: number): NoAnswer {
  return new NoAnswer('late', `${model} at ${host} gave no whole answer within ${afterMs} ms`, {
    code: 'MODEL_TIMEOUT',
    hint: 'a lower --max-tokens or a faster --model answers sooner',
  })
}
