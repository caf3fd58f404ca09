import type { Configuration } from '../../config/configuration.js'
import type { MinerDefinition, Question } from '../../plugin/miner.js'

/** The miner that is asked again, and the configuration that was read with its settings. */
type Asked = { readonly miner: MinerDefinition; readonly configuration: Configuration }

/**
 * Returns a question of the log without the fields that have a setting of the same name, such as `model`, which the operator
 * typed as a flag: a miner prefers what the question names.
 */
export function withFlags(question: Question, { miner, configuration }: Asked): Question {
  const isTyped = (field: string) => configuration.origins.get(`${miner.name}.${field}`)?.from === 'flag'
  const kept = Object.entries(question).filter(([field]) => field === 'messages' || !isTyped(field))
  return Object.fromEntries(kept) as Question
}

/** Returns the name of the miner, and the models that may answer: the one that the question names, or those of the settings. */
export function minerText({ model }: Question, { miner, configuration }: Asked): string {
  const { name, models } = miner
  if (model !== undefined) return `${name} (for ${model}, the model that the question names)`
  const named = models?.(configuration.values[name] as Record<string, unknown>) ?? []
  return named.length === 0 ? name : `${name} (${named.join(', ')})`
}
