import type { Question } from '../../../plugin/miner.js'
import type { OpenAISettings, OwnSettings } from './settings.js'

/**
 * Returns the configured endpoints in their order; without a list, the one endpoint of the plain settings. An endpoint's
 * own settings override the plain ones. An endpoint with its own `baseUrl` does not inherit key, organization and
 * project: they belong to another host.
 *
 * @param section the table of the settings: that of an extension has its own name
 */
export function endpointsOf(config: OpenAISettings, section: string): readonly [ModelEndpoint, ...ModelEndpoint[]] {
  const [first, ...others] = config.endpoints ?? []
  const endpoint = (listed: OwnSettings | undefined, place: number) =>
    endpointOf(config, { listed, section, table: listed ? `${section}.endpoints[${place}]` : null })
  return [endpoint(first, 0), ...others.map((own, at) => endpoint(own, at + 1))]
}

type Origin = {
  /** its own settings; undefined: it has the plain ones */
  readonly listed: OwnSettings | undefined
  readonly section: string
  readonly table: string | null
}

function endpointOf(plain: OpenAISettings, { listed, section, table }: Origin): ModelEndpoint {
  const { name, weight, apiKeys, ...own } = listed ?? {}
  const { endpoints: _endpoints, apiKey, organization, project, ...rest } = plain
  const credentials = own.baseUrl === undefined ? { apiKey, organization, project } : {}
  const config = { ...rest, ...withoutUndefined(credentials), ...withoutUndefined(own) }
  const at = endpointAt(config.baseUrl)
  const [key = config.apiKey ?? null, ...others] = new Set(apiKeys)
  const hasPlainKey = table === null || (!apiKeys && !own.apiKey && config.apiKey !== undefined)
  // An extension may read its key from other variables than OPENAI_API_KEY, but always from its own.
  const ofSection = `MINER_${section.replaceAll('-', '_').toUpperCase()}_API_KEY`
  const variable = section === 'openai' ? 'OPENAI_API_KEY' : ofSection
  const keySetting = hasPlainKey
    ? `--api-key, ${variable} or ${section}.apiKey`
    : `${table}.${own.apiKey ? 'apiKey' : 'apiKeys'}`
  return {
    name: name ?? at.host,
    weight: weight ?? null,
    at,
    table,
    keySetting,
    noKeyHint:
      table === null
        ? `set ${variable}, choose another endpoint with --base-url, or try --use echo, which needs neither key nor model`
        : `set ${keySetting}, or give that endpoint another baseUrl`,
    extraSetting: `${table !== null && own.extra !== undefined ? table : section}.extra`,
    config,
    keys: [key, ...others],
  }
}

/** Drops undefined fields, which would override defined ones in a spread. */
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

/**
 * Describes the address of an endpoint.
 *
 * @param baseUrl a valid URL; null or undefined: OpenAI's own
 */
export function endpointAt(baseUrl: string | null | undefined): Endpoint {
  if (baseUrl == null) return { baseUrl: null, host: openaiHost, isOpenAI: true }
  const { host, hostname } = new URL(baseUrl)
  return { baseUrl, host, isOpenAI: hostname === openaiHost || hostname.endsWith(`.${openaiHost}`) }
}

// Regions are subdomains of it, for example eu.api.openai.com.
const openaiHost = 'api.openai.com'

/** A configured endpoint: its own settings over the miner's. */
export type ModelEndpoint = {
  /** names it in logs and tables */
  readonly name: string
  /**
   * Its share of the questions among neighbours in the list that have a weight too: each question tries them in an order
   * drawn by weight. null: it is tried in its place.
   */
  readonly weight: number | null
  readonly at: Endpoint
  /** the path of its settings: `openai.endpoints[0]`; null: it has the plain settings */
  readonly table: string | null
  /** the setting that holds its key */
  readonly keySetting: string
  /** what to do when it has no key and needs one */
  readonly noKeyHint: string
  /** the table of fields that it adds to its requests */
  readonly extraSetting: string
  readonly config: OpenAISettings
  /** null: asked without a key */
  readonly keys: readonly [string | null, ...(string | null)[]]
}

/** An endpoint with one of its keys. */
export type Target = {
  readonly endpoint: ModelEndpoint
  /** index in the endpoint's keys */
  readonly keyAt: number
}

/** Returns the endpoint with the settings for one question: the question's own values override them, `extra` included. */
export function endpointFor(
  endpoint: ModelEndpoint,
  { model, maxTokens, temperature }: Pick<Question, 'model' | 'maxTokens' | 'temperature'>,
): ModelEndpoint {
  const { config } = endpoint
  const overrides = Object.entries({ model, maxTokens, temperature }).filter(([, value]) => value !== undefined)
  if (overrides.length === 0) return endpoint
  const overridden = new Set(overrides.flatMap(([name]) => extraFields.get(name) ?? []))
  const extra = Object.fromEntries(Object.entries(config.extra ?? {}).filter(([name]) => !overridden.has(name)))
  return { ...endpoint, config: { ...config, extra, ...Object.fromEntries(overrides) } }
}

/** The fields of `extra`, which overrides all settings, that would contradict a question's own value. */
const extraFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['maxTokens', ['max_tokens', 'max_completion_tokens']],
  ['temperature', ['temperature']],
])
