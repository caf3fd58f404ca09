import type * as z from 'zod'
import type { Policy } from '../plugin/policy.js'
import { parseRate } from './rate.js'
import { type OwnPlace, rulesOf } from './rules-of.js'
import type { makePolicySettings } from './settings.js'

export type PolicySettings = z.infer<ReturnType<typeof makePolicySettings>>

/** Makes the policy of valid settings. */
export function policyOf(settings: PolicySettings, place: OwnPlace): Policy {
  return {
    rules: rulesOf(settings, place),
    rate: parseRate(settings.rate)!,
    rates: new Map(Object.entries(settings.rates).map(([hotkey, text]) => [hotkey, parseRate(text)!])),
  }
}
