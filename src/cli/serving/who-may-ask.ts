import { hostSections } from '../../app/settings.js'
import { verdictOf } from '../../axon/stages/screen.js'
import type { Metagraph } from '../../chain/metagraph.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { Standings } from '../../plugin/standing.js'
import { rulesOf } from '../../policy/rules-of.js'

/** Returns whether the axon answers a hotkey now, as far as the rules tell. */
export function mayAsk(
  configuration: Configuration,
  { standings, hasChain }: { readonly standings: Standings; readonly hasChain: boolean },
): (hotkey: string) => boolean {
  const rules = rulesOf(valuesOf(configuration, hostSections.policy), { hasChain })
  return hotkey => verdictOf(rules, hotkey, standings(hotkey)).allow === true
}

/**
 * Describes who may ask: `validators with a permit and a stake of at least 1000 TAO (12 of 256 neurons), and 1 allowed
 * hotkey`.
 *
 * @param metagraph null without a chain
 */
export function callersText(
  configuration: Configuration,
  { metagraph, mayAsk }: { readonly metagraph: Metagraph | null; readonly mayAsk: (hotkey: string) => boolean },
): string {
  const { allow, deny, requirePermit, allowUnregistered, minStake } = valuesOf(configuration, hostSections.policy)
  const allowed = `${allow.length} allowed hotkey${allow.length === 1 ? '' : 's'}`
  if (metagraph === null) return allowed
  const kind = requirePermit ? 'validators with a permit' : allowUnregistered ? 'all hotkeys' : 'registered hotkeys'
  const stake = minStake > 0 ? `${requirePermit ? ' and' : ' with'} a stake of at least ${minStake} TAO` : ''
  const { neurons } = metagraph
  const named = new Set(allow)
  const count = neurons.filter(({ hotkey }) => !named.has(hotkey) && mayAsk(hotkey)).length
  const counted = allowUnregistered ? '' : ` (${count} of ${neurons.length} neurons)`
  const others = [
    ...(allow.length > 0 ? [`, and ${allowed}`] : []),
    ...(deny.length > 0 ? [`, but not ${deny.length} denied`] : []),
  ]
  return `${kind}${stake}${counted}${others.join('')}`
}
