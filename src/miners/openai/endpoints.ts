import { endpointAt } from './endpoint.js'
import type { OpenAISettings } from './settings.js'
import type { ModelEndpoint } from './target.js'

/** The endpoints that a configuration names. */
export function endpointsOf(config: OpenAISettings): readonly [ModelEndpoint, ...ModelEndpoint[]] {
  const at = endpointAt(config.baseUrl)
  return [{ name: at.host, at, config, keys: [config.apiKey ?? null] }]
}
