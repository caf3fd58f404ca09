import type * as z from 'zod'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { allowList, denyList } from './lists.js'
import type { makePolicySettings } from './settings.js'
import { minimumStake, ownPlace, permit, registered } from './standing-rules.js'

/** The settings that decide who may ask. */
type AccessSettings = Pick<
  z.infer<ReturnType<typeof makePolicySettings>>,
  'allow' | 'deny' | 'requirePermit' | 'allowUnregistered' | 'minStake'
>

/** What the rules depend on beside their settings. */
export type OwnPlace = {
  readonly hasChain: boolean
  /** whether this miner has lost its place, so that it serves only the hotkeys of `allow`; absent: it never does */
  readonly isLost?: (() => boolean) | undefined
}

export type RuleName = 'deny' | 'allow' | 'own place' | 'registered' | 'permit' | 'stake'

/** A rule by its name in docs/lifecycle.md; null: the settings turn it off, or there is no chain to ask. */
export type NamedRule = { readonly name: RuleName; readonly rule: ScreenRule | null }

/** Returns all rules on who may ask, in the order in which they are asked. Each one is independent of the others. */
export function ruleTable(settings: AccessSettings, { hasChain, isLost }: OwnPlace): readonly NamedRule[] {
  const { allow, deny, allowUnregistered, requirePermit, minStake } = settings
  const onChain = (isOn: boolean, rule: ScreenRule) => (hasChain && isOn ? rule : null)
  return [
    { name: 'deny', rule: denyList(deny) },
    { name: 'allow', rule: allowList(allow, { hasChain }) },
    { name: 'own place', rule: hasChain && isLost ? ownPlace(isLost) : null },
    { name: 'registered', rule: onChain(!allowUnregistered, registered) },
    { name: 'permit', rule: onChain(requirePermit, permit) },
    { name: 'stake', rule: onChain(minStake > 0, minimumStake(raoOf(minStake))) },
  ]
}

/**
 * Returns the rules of the table that the settings leave on. The others are left out, so that settings under which no rule
 * needs the chain do not wait for it.
 */
export function rulesOf(settings: AccessSettings, place: OwnPlace): readonly ScreenRule[] {
  return ruleTable(settings, place).flatMap(({ rule }) => rule ?? [])
}

/** Converts by the decimal text: multiplying would round in binary, and make 8,199,999,999 RAO of 8.2 TAO. */
function raoOf(tao: number): bigint {
  return BigInt(tao.toFixed(9).replace('.', ''))
}
