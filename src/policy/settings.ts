import { z } from 'zod'
import { isAddress } from '../keys/ss58.js'
import { quote } from '../text/escape.js'

const hotkeys = z.array(
  z.string().refine(isAddress, {
    error: ({ input }) => `is not a hotkey, which is an ss58 address that begins with 5: ${quote(String(input))}`,
  }),
)

/** The hotkeys that the axon admits and refuses. */
export const policySettings = z.object({
  allow: hotkeys.default([]).describe('hotkeys to admit').meta({ flag: 'allow' }),
  deny: hotkeys.default([]).describe('hotkeys to refuse').meta({ flag: 'deny' }),
})

/** Reports each hotkey that is on both lists. */
export function policyRules({ allow = [], deny = [] }: Partial<z.infer<typeof policySettings>>) {
  return allow
    .filter(hotkey => deny.includes(hotkey))
    .map(hotkey => ({
      setting: 'allow' as const,
      message: `and policy.deny both name ${hotkey}`,
      hint: 'remove it from one of them',
    }))
}
