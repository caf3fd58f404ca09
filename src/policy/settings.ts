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
  requirePermit: z
    .boolean()
    .default(true)
    .describe('admit validators with a permit only')
    .meta({ flag: 'require-permit' }),
  allowUnregistered: z
    .boolean()
    .default(false)
    .describe('also admit hotkeys that are not registered on the subnet; needs --no-require-permit')
    .meta({ flag: 'allow-unregistered' }),
  minStake: z
    .number()
    .min(0)
    .max(21_000_000)
    .default(0)
    .describe('stake that a caller needs at least, in TAO')
    .meta({ flag: 'min-stake' }),
  maxStandingsAge: z
    .int()
    .min(60_000)
    .max(30 * 86_400_000)
    .default(86_400_000)
    .describe('how long the last metagraph decides who may ask while the chain is out of reach')
    .meta({ flag: 'max-standings-age', unit: 'duration' }),
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
