import type { Configuration } from '../../config/configuration.js'
import type { Origin } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'

/** Settings and whole sections that only a chain gives an effect. */
const ofChain = [
  'axon.externalIp',
  'axon.externalPort',
  'neuron',
  'policy.allowUnregistered',
  'policy.maxStandingsAge',
  'policy.minStake',
  'policy.requirePermit',
  'subtensor.endpoints',
]

/**
 * Returns a problem for each setting without effect, when the miner serves without a chain. Those of the file and of the
 * environment are none: they may be there for other runs.
 *
 * @param from the layer whose settings are meant for this run
 */
export function withoutEffect({ origins }: Configuration, from: 'flag' | 'program'): readonly Problem[] {
  return [...origins]
    .filter(([path, origin]) => origin.from === from && ofChain.some(name => isIn(path, name)))
    .map(([path, origin]) => problem(path, origin))
}

function isIn(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`)
}

function problem(path: string, origin: Origin): Problem {
  const message = `${path} has no effect, because subtensor.network is none`
  return { code: 'RULE_BROKEN', path, message, origin, hint: 'leave it out, or name a chain with --network' }
}
