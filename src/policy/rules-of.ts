import type { z } from 'zod'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { lists } from './lists.js'
import type { policySettings } from './settings.js'
import { minimumStake, ownPlace, permit, registered } from './standing-rules.js'

/** The settings that decide who may ask. */
type AccessSettings = Pick<
  z.infer<typeof policySettings>,
  'allow' | 'deny' | 'requirePermit' | 'allowUnregistered' | 'minStake'
>

/** What the rules depend on beside their settings. */
export type OwnPlace = {
  readonly hasChain: boolean
  /** whether this miner has lost its place, so that it serves only the hotkeys of `allow`; absent: it never does */
  readonly isLost?: (() => boolean) | undefined
}

/**
 * Returns the rules on who may ask, in the order in which they are asked. Each one is independent of the others; a rule
 * that the settings turn off is left out, so that settings under which no rule needs the chain do not wait for it.
 */
export function rulesOf(settings: AccessSettings, { hasChain, isLost }: OwnPlace): readonly ScreenRule[] {
  const rules = [lists(settings, { hasChain })]
  if (!hasChain) return rules
  if (isLost) rules.push(ownPlace(isLost))
  if (!settings.allowUnregistered) rules.push(registered)
  if (settings.requirePermit) rules.push(permit)
  if (settings.minStake > 0) rules.push(minimumStake(raoOf(settings.minStake)))
  return rules
}

/** Converts by the decimal text: multiplying would round in binary, and make 8,199,999,999 RAO of 8.2 TAO. */
function raoOf(tao: number): bigint {
  return BigInt(tao.toFixed(9).replace('.', ''))
}
