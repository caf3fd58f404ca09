import type { Standing } from '../../plugin/standing.js'
import type { PolicySettings } from '../../policy/policy-of.js'
import type { RuleName } from '../../policy/rules-of.js'
import { shownAmount } from '../subnet/amount.js'

/**
 * What a rule decides of a hotkey. `waits`: the standing is not known; `off`: the settings leave it out; `not enforced`: the
 * synapse takes any hotkey.
 */
export type RuleVerdict = 'passes' | 'admits' | 'refuses' | 'waits' | 'off' | 'not asked' | 'not enforced'

type About = {
  readonly settings: PolicySettings
  readonly standing: Standing | 'unregistered' | 'unknown'
  readonly hasChain: boolean
}

/** Says why a rule decides as it does of a hotkey with this standing, in words of the settings and the chain. */
export function ruleReasons(rule: RuleName, verdict: RuleVerdict, { settings, standing, hasChain }: About): string {
  if (verdict === 'off') return hasChain ? switchedOff[rule] : 'the miner has no chain'
  if (verdict === 'waits') return 'the chain has not told its standing'
  const passes = verdict === 'passes'
  switch (rule) {
    case 'deny':
      return `policy.deny ${passes ? 'does not name' : 'names'} it`
    case 'allow':
      if (verdict === 'admits') return 'policy.allow names it: no later rule is asked'
      return `policy.allow does not name it${passes ? '' : ', and without a chain no other hotkey may ask'}`
    case 'own place':
      return passes ? 'the miner has its place in the subnet' : 'the miner has lost its place in the subnet'
    case 'registered':
      return typeof standing === 'object' ? `uid ${standing.uid}` : 'the metagraph does not have it'
    case 'permit':
      return `it has ${passes ? 'a' : 'no'} validator permit`
    case 'stake': {
      const stake = typeof standing === 'object' ? shownAmount(standing.stakeRao) : '0'
      return `its stake is ${stake} TAO, and policy.minStake ${settings.minStake} TAO`
    }
  }
}

const switchedOff: Readonly<Record<RuleName, string>> = {
  deny: '',
  allow: '',
  'own place': 'neuron.whenDeregistered is exit: the miner ends when it loses its place',
  registered: 'policy.allowUnregistered admits hotkeys that are not registered',
  permit: 'policy.requirePermit is false',
  stake: 'policy.minStake is 0',
}
