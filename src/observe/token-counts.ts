import type { TokenCounts } from '../admin/api.js'
import type { Usage } from '../plugin/money/spending.js'
import { wholeTokens } from '../plugin/run/paid-attempts.js'

export const noTokens: TokenCounts = { prompt: 0, cached: 0, completion: 0, reasoning: 0 }

/** Returns the sum of two counts. */
export function sumOfTokens(one: TokenCounts, other: TokenCounts): TokenCounts {
  if (other === noTokens) return one
  return {
    prompt: one.prompt + other.prompt,
    cached: one.cached + other.cached,
    completion: one.completion + other.completion,
    reasoning: one.reasoning + other.reasoning,
  }
}

/** Returns the counts that a server reported; one that it did not report is 0. */
export function tokenCounts(usage: Usage | undefined): TokenCounts {
  if (!usage) return noTokens
  return {
    prompt: wholeTokens(usage.promptTokens),
    cached: wholeTokens(usage.cachedTokens),
    completion: wholeTokens(usage.completionTokens),
    reasoning: wholeTokens(usage.reasoningTokens),
  }
}
