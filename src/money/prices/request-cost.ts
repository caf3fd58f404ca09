import { type Answered, type PaidAttempt, paidAttempts } from '../../plugin/run/paid-attempts.js'
import { costOfUsage, type Nano } from './price.js'
import type { PriceList } from './price-list.js'

/** What a request cost. */
export type RequestCost = {
  /** of the attempts whose cost is known */
  readonly nano: Nano
  /** how many attempts cost something that is not known: the model has no price, or its tokens were not told */
  readonly unknown: number
}

/** What an attempt cost. */
export type AttemptCost = {
  readonly model: string
  /** null: unknown */
  readonly nano: Nano | null
}

/**
 * Returns what a request cost: all attempts of all its questions, those of a lost hedge and a failed try included.
 *
 * @returns null when the record tells of no answer, not even a failed one
 */
export function costOfRequest(prices: PriceList, answered: Answered): RequestCost | null {
  const costs = costsOfAttempts(prices, answered)?.map(({ nano }) => nano)
  if (!costs) return null
  const known = costs.filter(cost => cost !== null)
  return { nano: known.reduce((sum, cost) => sum + cost, 0), unknown: costs.length - known.length }
}

/** Returns what each attempt cost that the request pays for; null as `costOfRequest` does. */
export function costsOfAttempts(prices: PriceList, answered: Answered): readonly AttemptCost[] | null {
  return paidAttempts(answered)?.map(attempt => ({ model: attempt.model, nano: costOf(prices, attempt) })) ?? null
}

function costOf(prices: PriceList, { endpoint, model, usage }: PaidAttempt): Nano | null {
  if (!usage) return null
  // It cost nothing, at whatever price.
  if (usage.promptTokens === 0 && usage.completionTokens === 0) return 0
  const price = prices.of(endpoint, model)
  return price && costOfUsage(price, usage)
}
