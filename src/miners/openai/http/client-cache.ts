import type { OpenAI } from 'openai'
import { NoAnswer } from '../../../plugin/no-answer.js'
import type { Target } from '../settings/endpoints.js'
import type { ClientFor } from './client.js'

/** The clients of a miner: one for each endpoint and key, made at the first question, and again when that failed. */
export class ClientCache {
  readonly #clientFor: ClientFor
  readonly #made = new Map<string, Promise<OpenAI>>()

  constructor(clientFor: ClientFor) {
    this.#clientFor = clientFor
  }

  /** @throws {NoAnswer} `MODEL_KEY_MISSING` */
  of({ endpoint: { name, at, table, keySetting, config, keys }, keyAt }: Target): Promise<OpenAI> {
    const id = `${name} ${keyAt}`
    const made = this.#made.get(id)
    if (made) return made
    const { organization = null, project = null } = config
    const making = this.#clientFor({ baseUrl: at.baseUrl, apiKey: keys[keyAt]!, organization, project }).catch(
      error => {
        // Who makes clients does not know what the operator calls their keys.
        const isListed = table !== null && error instanceof NoAnswer && error.code === 'MODEL_KEY_MISSING'
        throw isListed ? error.with({ hint: `set ${keySetting}, or name another endpoint there by baseUrl` }) : error
      },
    )
    this.#made.set(id, making)
    making.catch(() => this.#made.delete(id))
    return making
  }
}
