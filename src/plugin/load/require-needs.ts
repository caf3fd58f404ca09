import type { DialectDefinition, Need } from '../dialect.js'
import type { Miner } from '../miner.js'
import { PluginError } from './plugin-error.js'

/**
 * Sees to it that a miner can do all that a dialect needs of it.
 *
 * @throws {PluginError} MINER_LACKS, naming everything that it lacks
 */
export function requireNeeds(
  { name: dialect, needs = [] }: Pick<DialectDefinition, 'name' | 'needs'>,
  { name, miner }: { readonly name: string; readonly miner: Miner },
): void {
  const lacks = needs.filter(need => !can(miner, need)).map(need => words[need])
  if (lacks.length === 0) return
  const message = `the miner ${name} cannot do what the dialect ${dialect} needs: ${lacks.join(', ')}`
  throw new PluginError('MINER_LACKS', message, { hint: 'choose another miner with --use, or another --dialect' })
}

function can(miner: Miner, need: Need): boolean {
  if (need === 'relay' || need === 'embed') return typeof miner[need] === 'function'
  return miner.capabilities?.()[need] === true
}

const words: Readonly<Record<Need, string>> = {
  tools: 'tools',
  logprobs: 'logprobs',
  responseFormat: 'response formats',
  relay: "the model's own bytes (relay)",
  embed: 'embeddings (embed)',
}
