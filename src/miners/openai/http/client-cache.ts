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
  of({ endpoint: { name, at, table, keySetting, config, keys }, keyAt }: Target): Promise<ModelClient> {
    const id = `${name} ${keyAt}`
    const cached = this.#clients.get(id)
    if (cached) return cached
    const { organization = null, project = null } = config
    const client = this.#clientFor({ baseUrl: at.baseUrl, apiKey: keys[keyAt]!, organization, project }).catch(
      error => {
        // `clientFor` does not know which setting this key comes from.
        const isListed = table !== null && error instanceof NoAnswer && error.code === 'MODEL_KEY_MISSING'
        throw isListed ? error.with({ hint: `set ${keySetting}, or give that endpoint another baseUrl` }) : error
      },
    )
    this.#clients.set(id, client)
    client.catch(() => this.#clients.delete(id))
    return client
  }
}
