import type { Endpoint } from './endpoint.js'
import type { OpenAISettings } from './settings.js'

/** An endpoint as it is configured: its own settings over the miner's. */
export type ModelEndpoint = {
  /** names it in logs and tables */
  readonly name: string
  readonly at: Endpoint
  readonly config: OpenAISettings
  /** null: asked without a key */
  readonly keys: readonly [string | null, ...(string | null)[]]
}

/** One way to an answer: an endpoint, with one of its keys. */
export type Target = {
  readonly endpoint: ModelEndpoint
  /** place among the endpoint's keys, from 0 */
  readonly keyAt: number
}
