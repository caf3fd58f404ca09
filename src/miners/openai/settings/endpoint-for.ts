import type { Question } from '../../../plugin/miner.js'
import type { ModelEndpoint } from './target.js'

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
