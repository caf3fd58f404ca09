import { z } from 'zod'
import { isAddress } from '../keys/ss58.js'

const hotkeys = z.array(z.string().refine(isAddress, 'is not a hotkey: an ss58 address that begins with 5'))

/** The settings of which callers may ask. */
export const policySettings = z.object({
  allow: hotkeys.default([]).describe('hotkeys that may ask').meta({ flag: 'allow' }),
  deny: hotkeys.default([]).describe('hotkeys that may not ask').meta({ flag: 'deny' }),
})

/** Requires that no hotkey is on both lists. */
export function policyRules({ allow = [], deny = [] }: Partial<z.infer<typeof policySettings>>) {
  return allow
    .filter(hotkey => deny.includes(hotkey))
    .map(hotkey => ({
      setting: 'allow' as const,
      message: `and policy.deny both name ${hotkey}`,
      hint: 'remove it from one of them',
    }))
}
