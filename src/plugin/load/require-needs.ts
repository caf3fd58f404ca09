import type { DialectDefinition, Need } from '../dialect.js'
import type { Miner } from '../miner.js'
import { PluginError } from './plugin-error.js'

/**
 * Requires a miner to support everything that a dialect needs.
 *
 * @throws {PluginError} MINER_LACKS, which lists everything that the miner lacks
 */
export function requireNeeds(
  { name: dialect, needs = [] }: Pick<DialectDefinition, 'name' | 'needs'>,
  { name, miner }: { readonly name: string; readonly miner: Miner },
): void {
  const lacks = needs.filter(need => !supports(miner, need)).map(need => labels[need])
  if (lacks.length === 0) return
  const message = `the miner ${name} cannot do what the dialect ${dialect} needs: ${lacks.join(', ')}`
  throw new PluginError('MINER_LACKS', message, { hint: 'choose another miner with --use, or another --dialect' })
}

function supports(miner: Miner, need: Need): boolean {
  if (need === 'relay' || need === 'embed') return typeof miner[need] === 'function'
  return miner.capabilities?.()[need] === true
}

const labels: Readonly<Record<Need, string>> = {
  tools: 'tools',
  logprobs: 'logprobs',
  responseFormat: 'response formats',
  relay: "the model's own bytes (relay)",
  embed: 'embeddings (embed)',
}
