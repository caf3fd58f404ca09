import * as z from 'zod'
import { isAddress } from '../keys/ss58.js'
import { quote } from '../text/escape.js'
import { parseDayLimit } from './amount.js'

const rate = () => z.number().min(0).max(100_000)

/** What models cost. */
export const makePriceSettings = () =>
  z.object({
    prices: z
      .record(
        z.string(),
        z.object({
          input: rate().describe('of a million tokens of the prompt'),
          output: rate().describe('of a million tokens of the answer, those of reasoning included; 0 for embeddings'),
          cached: rate().optional().describe('of a million tokens that the vendor had in its cache'),
          cacheWrite: rate().optional().describe('of a million tokens that the vendor writes to its cache'),
          reasoning: rate().optional().describe('of a million tokens of reasoning, where they cost something else'),
          maxOutput: z
            .int()
            .min(1)
            .max(1_000_000_000)
            .optional()
            .describe('most tokens of an answer, where no setting limits them'),
        }),
      )
      .default({})
      .describe(
        "prices of models in dollars per million tokens, in place of the vendor's list price; a name is that of the model, or `MODEL at ENDPOINT`",
      )
      .meta({ examples: [{ 'llama-3.3-70b at local': { input: 0.1, output: 0.3 } }] }),
  })

const dayLimit = () =>
  z.string().refine(text => parseDayLimit(text) !== undefined, {
    error: ({ input }) =>
      `must be an amount such as 5usd/day or 0.25usd/day, from 0.001 to a million dollars, or none, not ${quote(String(input))}`,
  })

// The account of the public key 0, which no caller has.
const exampleHotkey = '5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM'

/** What may be spent. */
export const makeBudgetSettings = () =>
  z.object({
    limit: dayLimit()
      .default('none')
      .describe(
        'what the answers of a day (UTC) may cost, such as 5usd/day; requests beyond it are refused until the day turns',
      )
      .meta({ flag: 'budget', examples: ['5usd/day'] }),
    each: dayLimit()
      .default('none')
      .describe(
        'what the answers of a day to one hotkey may cost; unregistered hotkeys count as one, and those of `allow` are not excepted',
      )
      .meta({ flag: 'budget-each', examples: ['1usd/day'] }),
    hotkeys: z
      .record(z.string(), dayLimit())
      .default({})
      .describe('budgets of single hotkeys, in place of `each`')
      .meta({ examples: [{ [exampleHotkey]: '2usd/day' }] }),
  })

export type BudgetSettings = z.infer<ReturnType<typeof makeBudgetSettings>>

/** Reports budgets of no hotkey. */
export function budgetRules({ hotkeys = {} }: Partial<BudgetSettings>) {
  return Object.keys(hotkeys)
    .filter(key => !isAddress(key))
    .map(key => ({
      setting: 'hotkeys' as const,
      at: [key],
      message: 'is not a hotkey, which is an ss58 address that begins with 5',
      hint: `remove ${quote(key)}; budget.each is the budget of all other hotkeys`,
    }))
}

/** What `miner economics` cannot learn from the chain. */
export const makeEconomicsSettings = () =>
  z.object({
    taoUsd: z
      .number()
      .positive()
      .max(1_000_000_000)
      .optional()
      .describe('what a TAO is worth in dollars, for `miner economics`, which asks no exchange')
      .meta({ flag: 'tao-usd', examples: [300] }),
  })
