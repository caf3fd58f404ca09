import * as z from 'zod'
import { isAddress } from '../keys/ss58.js'
import { quote } from '../text/escape.js'
import { parseRate } from './rate.js'

const notHotkey = 'is not a hotkey, which is an ss58 address that begins with 5'
const hotkeys = () =>
  z.array(z.string().refine(isAddress, { error: ({ input }) => `${notHotkey}: ${quote(String(input))}` }))

const rate = () =>
  z.string().refine(text => parseRate(text) !== undefined, {
    error: ({ input }) =>
      `must be a rate such as 30/min or 1/5min, with s, min, h or day and at most 7 days, or none, not ${quote(String(input))}`,
  })

// The account of the public key 0, whose signatures the verifier refuses: typed as it stands, it admits no caller.
const exampleHotkey = '5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM'
const examples = [[exampleHotkey]]

/** Who may ask. */
export const makePolicySettings = () =>
  z.object({
    allow: hotkeys()
      .default([])
      .describe('hotkeys to admit, whatever the other rules say')
      .meta({ flag: 'allow', examples }),
    deny: hotkeys().default([]).describe('hotkeys to refuse').meta({ flag: 'deny', examples }),
    requirePermit: z
      .boolean()
      .default(true)
      .describe('admit validators with a permit only')
      .meta({ flag: 'require-permit' }),
    allowUnregistered: z
      .boolean()
      .default(false)
      .describe(
        'also admit hotkeys that are not registered on the subnet, as the last in line; needs --no-require-permit, and no --min-stake',
      )
      .meta({ flag: 'allow-unregistered' }),
    minStake: z
      .number()
      .min(0)
      .max(21_000_000)
      .refine(tao => Number(tao.toFixed(9)) === tao, {
        error: 'must have at most 9 decimals: 0.000000001 TAO is 1 RAO',
      })
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
    rate: rate()
      .default('none')
      .describe(
        'how often each hotkey may ask, such as 30/min or 1/5min; unregistered ones are counted by address, pings and hotkeys of `allow` are not',
      )
      .meta({ flag: 'rate', examples: ['30/min'] }),
    rates: z
      .record(z.string(), rate())
      .default({})
      .describe('rates of single hotkeys, in place of `rate`; they hold for hotkeys of `allow`, too')
      .meta({ examples: [{ [exampleHotkey]: '120/min' }] }),
  })

type PolicyValues = Partial<z.infer<ReturnType<typeof makePolicySettings>>>

/** Reports each hotkey that is on both lists, `allowUnregistered` where another rule undoes it, and rates of no hotkey. */
export function policyRules(values: PolicyValues) {
  return [...onBothLists(values), ...unregisteredAnyway(values), ...ratesOfOthers(values)]
}

// Not a check of the key's schema: its message could not name the key.
function ratesOfOthers({ rates = {} }: PolicyValues) {
  return Object.keys(rates)
    .filter(key => !isAddress(key))
    .map(key => ({
      setting: 'rates' as const,
      at: [key],
      message: notHotkey,
      hint: `remove ${quote(key)}; policy.rate is the rate of all other hotkeys`,
    }))
}

function onBothLists({ allow = [], deny = [] }: PolicyValues) {
  const denied = new Set(deny)
  return allow
    .filter(hotkey => denied.has(hotkey))
    .map(hotkey => ({
      setting: 'allow' as const,
      message: `and policy.deny both name ${hotkey}`,
      hint: 'remove it from one of them',
    }))
}

/** An unregistered hotkey has neither permit nor stake, so a rule on these refuses what the operator meant to admit. */
function unregisteredAnyway({ allowUnregistered = false, requirePermit = false, minStake = 0 }: PolicyValues) {
  if (!allowUnregistered) return []
  const undoing = [
    ...(requirePermit ? [{ setting: 'policy.requirePermit', flag: '--no-require-permit' }] : []),
    ...(minStake > 0 ? [{ setting: 'policy.minStake', flag: '--min-stake 0' }] : []),
  ]
  if (undoing.length === 0) return []
  const list = (texts: readonly string[]) => texts.join(' and ')
  return [
    {
      setting: 'allowUnregistered' as const,
      beside: ['requirePermit', 'minStake'] as const,
      message: `has no effect: ${list(undoing.map(({ setting }) => setting))} ${undoing.length > 1 ? 'refuse' : 'refuses'} every hotkey that is not registered`,
      hint: `add ${list(undoing.map(({ flag }) => flag))}, or remove --allow-unregistered`,
    },
  ]
}
