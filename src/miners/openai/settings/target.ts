import type { Endpoint } from './endpoint.js'
import type { OpenAISettings } from './settings.js'

/** An endpoint as it is configured: its own settings over the miner's. */
export type ModelEndpoint = {
  /** names it in logs and tables */
  readonly name: string
  /**
   * Its share of the questions among the neighbours in the list that have one too: those are tried in an order that is
   * drawn by it, anew for each question. null: it is tried in its place.
   */
  readonly weight: number | null
  readonly at: Endpoint
  /** where its settings stand: `openai.endpoints[0]`; null: it is not listed, and has the plain ones */
  readonly table: string | null
  /** what to set another key by */
  readonly keySetting: string
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
