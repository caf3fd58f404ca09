import { endpointAt } from './endpoint.js'
import type { OpenAISettings, OwnSettings } from './settings.js'
import type { ModelEndpoint } from './target.js'

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
