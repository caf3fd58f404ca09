import type { Question } from '../../../plugin/miner.js'
import type { OpenAISettings, OwnSettings } from './settings.js'

/**
 * The endpoints that a configuration names, in its order; the plain settings are the one endpoint when it names none.
 * An endpoint has the plain settings beside its own. With a `baseUrl` of its own it has neither key nor organization
 * nor project but its own: they would go to somebody they are not for.
 */
export function endpointsOf(config: OpenAISettings): readonly [ModelEndpoint, ...ModelEndpoint[]] {
  const [first, ...others] = config.endpoints ?? []
  return [endpointOf(config, first, 0), ...others.map((own, at) => endpointOf(config, own, at + 1))]
}

function endpointOf(plain: OpenAISettings, listed: OwnSettings | undefined, place: number): ModelEndpoint {
  const { name, weight, apiKeys, ...own } = listed ?? {}
  const { endpoints: _endpoints, apiKey, organization, project, ...rest } = plain
  const payer = own.baseUrl === undefined ? { apiKey, organization, project } : {}
  const config = { ...rest, ...withoutUndefined(payer), ...withoutUndefined(own) }
  const at = endpointAt(config.baseUrl)
  const [key = config.apiKey ?? null, ...others] = new Set(apiKeys)
  const table = listed ? `openai.endpoints[${place}]` : null
  const hasPlainKey = table === null || (!apiKeys && !own.apiKey && config.apiKey !== undefined)
  return {
    name: name ?? at.host,
    weight: weight ?? null,
    at,
    table,
    keySetting: hasPlainKey ? 'OPENAI_API_KEY or openai.apiKey' : `${table}.${own.apiKey ? 'apiKey' : 'apiKeys'}`,
    config,
    keys: [key, ...others],
  }
}

/** A field without a value must not hide one that has. */
function withoutUndefined<Fields extends object>(fields: Fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>
  }
}

/** Where the model is asked. */
export type Endpoint = {
  /** null: OpenAI's default */
  readonly baseUrl: string | null
  /** with the port, if it has one; all that messages say of the address */
  readonly host: string
  readonly isOpenAI: boolean
}

/** @param baseUrl a valid URL, or nothing for OpenAI's own */
export function endpointAt(baseUrl: string | null | undefined): Endpoint {
  if (baseUrl == null) return { baseUrl: null, host: openaiHost, isOpenAI: true }
  const { host, hostname } = new URL(baseUrl)
  return { baseUrl, host, isOpenAI: hostname === openaiHost || hostname.endsWith(`.${openaiHost}`) }
}

// Regions have names under it, for example eu.api.openai.com.
const openaiHost = 'api.openai.com'

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

/** An endpoint with the settings that hold for one question: what that says itself beats them. */
export function endpointFor(
  endpoint: ModelEndpoint,
  { model, maxTokens, temperature }: Pick<Question, 'model' | 'maxTokens' | 'temperature'>,
): ModelEndpoint {
  const { config } = endpoint
  const said = Object.entries({ model, maxTokens, temperature }).filter(([, value]) => value !== undefined)
  if (said.length === 0) return endpoint
  const beaten = new Set(said.flatMap(([name]) => fields.get(name) ?? []))
  const extra = Object.fromEntries(Object.entries(config.extra ?? {}).filter(([name]) => !beaten.has(name)))
  return { ...endpoint, config: { ...config, extra, ...Object.fromEntries(said) } }
}

/** What would say otherwise in `extra`, which is over all settings. */
const fields: ReadonlyMap<string, readonly string[]> = new Map([
  ['maxTokens', ['max_tokens', 'max_completion_tokens']],
  ['temperature', ['temperature']],
])
