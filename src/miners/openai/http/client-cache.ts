import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Target } from '../settings/endpoints.js'
import type { ClientFor, ModelClient } from './client.js'

/** The clients of a miner: one for each endpoint and key, made when first needed, and made again after a failure. */
export class ClientCache {
  readonly #clientFor: ClientFor
  readonly #clients = new Map<string, Promise<ModelClient>>()

  constructor(clientFor: ClientFor) {
    this.#clientFor = clientFor
  }

  /**
   * Returns the client of a target.
   *
   * @throws {NoAnswer} `MODEL_KEY_MISSING`
   */
  of({ endpoint: { name, at, noKeyHint, config, keys }, keyAt }: Target): Promise<ModelClient> {
    const id = `${name} ${keyAt}`
    const cached = this.#clients.get(id)
    if (cached) return cached
    const { organization = null, project = null } = config
    const making = this.#make({ baseUrl: at.baseUrl, apiKey: keys[keyAt]!, organization, project })
    const client = making.catch(error => {
      // `clientFor` does not know which setting this key comes from.
      const lacksHint = error instanceof NoAnswer && error.code === 'MODEL_KEY_MISSING' && error.hint === undefined
      throw lacksHint ? error.with({ hint: noKeyHint }) : error
    })
    this.#clients.set(id, client)
    client.catch(() => this.#clients.delete(id))
    return client
  }

  /** Calls the function of a program, which may throw, or return a client instead of a promise, or something else. */
  async #make(at: Parameters<ClientFor>[0]): Promise<ModelClient> {
    const client = await this.#clientFor(at)
    if (typeof client?.post === 'function') return client
    throw new TypeError(
      'CLIENT_FOR must return a promise of a client of the openai package, which has a function `post`',
    )
  }
}
