import type { ScreenRule, ScreenVerdict } from '../plugin/screen-rule.js'

// The reasons are those of the original base miner, word for word, but for the stake, which it never compared
// (opentensor/text-prompting prompting/baseminer/blacklist.py default_blacklist, b126ac1).

/** Creates the rule that refuses everyone while this miner has lost its place in the subnet, where no answer counts. */
export function ownPlace(isLost: () => boolean): ScreenRule {
  return () => (isLost() ? refuse('miner not registered') : admit)
}

/** Refuses hotkeys that are not registered on the subnet. */
export const registered: ScreenRule = (_, standing) => {
  if (standing === 'unknown') return unknown
  return standing === 'unregistered' ? refuse('hotkey not registered') : admit
}

/** Refuses hotkeys without a validator permit. */
export const permit: ScreenRule = (_, standing) => {
  if (standing === 'unknown') return unknown
  if (standing === 'unregistered') return refuse('validator permit required, but hotkey not registered')
  return standing.hasPermit ? admit : refuse('validator permit required')
}

/** Creates the rule that refuses hotkeys with less stake than `minRao`. An unregistered one has none. */
export function minimumStake(minRao: bigint): ScreenRule {
  return (_, standing) => {
    if (standing === 'unknown') return unknown
    const stakeRao = standing === 'unregistered' ? 0n : standing.stakeRao
    return stakeRao >= minRao ? admit : refuse('stake below minimum')
  }
}

const admit: ScreenVerdict = { allow: true }
const unknown: ScreenVerdict = { allow: 'unknown' }

function refuse(reason: string): ScreenVerdict {
  return { allow: false, reason }
}
