import type { Attempt, Outcome } from '../../plugin/miner.js'
import type { Usage } from '../../plugin/money/spending.js'
import { costOfUsage, type Nano } from './price.js'
import type { PriceList } from './price-list.js'

/** What a request cost. */
export type RequestCost = {
  /** of the attempts whose cost is known */
  readonly nano: Nano
  /** how many attempts cost something that is not known: the model has no price, or its tokens were not told */
  readonly unknown: number
}

/** What the last record of a request tells of its answers. */
export type Answered = { readonly attempts?: readonly Attempt[]; readonly outcome?: Outcome }

/**
 * Returns what a request cost: all attempts of all its questions, those of a lost hedge and a failed try included.
 *
 * @returns null when the record tells of no answer, not even a failed one
 */
export function costOfRequest(
  prices: PriceList,
  { outcome, attempts = outcome?.attempts }: Answered,
): RequestCost | null {
  const costs = attempts
    ? attempts.map(({ endpoint, model, usage, isShared }) => (isShared ? 0 : costOf(prices, endpoint, model, usage)))
    : outcome && [costOf(prices, null, outcome.model, outcome.usage)]
  if (!costs) return null
  const known = costs.filter(cost => cost !== null)
  return { nano: known.reduce((sum, cost) => sum + cost, 0), unknown: costs.length - known.length }
}

function costOf(prices: PriceList, endpoint: string | null, model: string, usage: Usage | undefined): Nano | null {
  if (!usage) return null
  // It cost nothing, at whatever price.
  if (usage.promptTokens === 0 && usage.completionTokens === 0) return 0
  const price = prices.of(endpoint, model)
  return price && costOfUsage(price, usage)
}
