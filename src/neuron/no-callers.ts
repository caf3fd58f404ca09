import type { Metagraph } from '../chain/metagraph.js'
import type { Standing } from '../plugin/standing.js'

/** Returns why the settings refuse a registered hotkey, in the wire's words; null: they admit it. */
export type RefusalOf = (hotkey: string, standing: Standing) => string | null

/** Why no neuron may ask, and what would mend it. */
export type NoCallers = { readonly message: string; readonly hint: string }

/** Returns why the settings refuse every neuron of a metagraph; null: they admit one. */
export function findNoCallers({ neurons, subnet }: Metagraph, refusalOf: RefusalOf): NoCallers | null {
  const counts = new Map<string, number>()
  let highestRao = -1n
  for (const { hotkey, uid, stakeRao, hasPermit } of neurons) {
    const reason = refusalOf(hotkey, { uid, stakeRao, hasPermit })
    if (reason === null) return null
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
    if (reason === STAKE_TOO_LOW && stakeRao > highestRao) highestRao = stakeRao
  }
  const reasons = [...counts].map(([reason, count]) => `${reason} (${count})`).join(', ')
  const message = `the settings refuse every neuron of subnet ${subnet.netuid}: ${reasons}`
  if (highestRao >= 0n)
    return { message, hint: `lower --min-stake: ${highestRao / RAO_PER_TAO} TAO is the highest stake` }
  const hasPermits = neurons.some(({ hasPermit }) => hasPermit)
  const hint = hasPermits ? 'check --deny' : 'admit validators by their stake: --no-require-permit --min-stake 1000'
  return { message, hint }
}

const RAO_PER_TAO = 1_000_000_000n
/** of the rule on the stake, which comes last: those with another reason would not be admitted for any stake */
const STAKE_TOO_LOW = 'stake below minimum'
