import { endpointAt } from './endpoint.js'
import type { OpenAISettings, OwnSettings } from './settings.js'
import type { ModelEndpoint } from './target.js'

/**
 * The endpoints that a configuration names, in its order; the plain settings are the one endpoint when it names none.
 * An endpoint has the plain settings beside its own. With a `baseUrl` of its own it has neither key nor organization
 * nor project but its own: they would go to somebody they are not for.
 */
export function endpointsOf(config: OpenAISettings): readonly [ModelEndpoint, ...ModelEndpoint[]] {
  const [first = {}, ...others] = config.endpoints ?? []
  return [endpointOf(config, first), ...others.map(own => endpointOf(config, own))]
}

function endpointOf(plain: OpenAISettings, { name, weight, apiKeys, ...own }: OwnSettings): ModelEndpoint {
  const { endpoints: _endpoints, apiKey, organization, project, ...rest } = plain
  const payer = own.baseUrl === undefined ? { apiKey, organization, project } : {}
  const config = { ...rest, ...withoutUndefined(payer), ...withoutUndefined(own) }
  const at = endpointAt(config.baseUrl)
  const [key = config.apiKey ?? null, ...others] = new Set(apiKeys)
  return { name: name ?? at.host, weight: weight ?? null, at, config, keys: [key, ...others] }
}

/** A field without a value must not hide one that has. */
function withoutUndefined<Fields extends object>(fields: Fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>
  }
}
