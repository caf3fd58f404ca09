import type { Configuration } from '../../config/configuration.js'
import type { Origin } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'
import type { DialectDefinition, Route } from '../../plugin/dialect.js'

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
 * @param dialect in which a route may be open to callers that `policy.rate` holds for
 */
export function withoutEffect(
  { origins }: Configuration,
  { from, dialect }: { readonly from: 'flag' | 'program'; readonly dialect: DialectDefinition },
): readonly Problem[] {
  const given = [...origins].filter(([, origin]) => origin.from === from)
  const idle = given
    .filter(([path]) => ofChain.some(name => isIn(path, name)))
    .map(([path, origin]) => problem(path, origin))
  const rates = isOpen(dialect) ? [] : given.filter(([path]) => path === 'policy.rate')
  return [...idle, ...rates.map(([path, origin]) => idleRate(path, origin))]
}

/** Whether a route takes other callers than the hotkeys of `policy.allow`, and charges them. */
function isOpen({ synapses }: DialectDefinition): boolean {
  const isOpenRoute = ({ auth, rules, queue }: Route) => queue !== false && (auth === 'none' || rules === false)
  return Object.values(synapses).some(isOpenRoute)
}

function isIn(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`)
}

function problem(path: string, origin: Origin): Problem {
  const message = `${path} has no effect, because subtensor.network is none`
  return { code: 'RULE_BROKEN', path, message, origin, hint: 'leave it out, or name a chain with --network' }
}

function idleRate(path: string, origin: Origin): Problem {
  const message = `${path} has no effect: without a chain only the hotkeys of policy.allow may ask, for which it does not hold`
  const hint = 'leave it out, and give hotkeys rates of their own in policy.rates'
  return { code: 'RULE_BROKEN', path, message, origin, hint }
}
