import type { Attempt, Outcome } from '../../plugin/miner.js'
import type { Usage } from '../../plugin/money/spending.js'
import { rows } from './table.js'

export type AnsweredRun = {
  readonly outcome: Outcome
  readonly firstMs: number | null
  readonly ms: number
}

/** Summarizes an answer: which model gave it, after which attempts, in what time, and with how many tokens. */
export function answerSummary({ outcome: { model, attempts, usage }, firstMs, ms }: AnsweredRun): string {
  const by = attempts?.findLast(({ error }) => error === undefined)
  return rows([
    ['answered', by ? `${model} at ${by.endpoint}` : model],
    ...(attempts ? [['attempts', attemptTexts(attempts)] as const] : []),
    ['time', `${firstMs ?? ms} ms to the first words, ${ms} ms in all`],
    ['tokens', tokensText(usage ?? {})],
  ])
}

/** Summarizes the attempts at an answer when all of them failed. @param error in words, which follows the summary */
export function attemptSummary(attempts: readonly Attempt[], error: string): string {
  return rows([['attempts', attemptTexts(attempts, error)]])
}

/** Says of each attempt how it ended. @param known an error in words that is printed elsewhere */
export function attemptTexts(attempts: readonly Attempt[], known?: string): readonly string[] {
  return attempts.map(({ endpoint, model, ms, error, message, retryAfterMs }) => {
    const end =
      error === undefined
        ? 'answered'
        : error === 'HEDGE_LOST'
          ? 'was slower than another endpoint or key, and was aborted'
          : `failed with ${error}`
    const wait = retryAfterMs === undefined ? '' : `, and asks to wait ${retryAfterMs} ms`
    const why = message === undefined || message === known || error === 'HEDGE_LOST' ? '' : `: ${message}`
    return `${model} at ${endpoint} ${end} after ${Math.round(ms)} ms${wait}${why}`
  })
}

/** Formats token counts: `prompt 12, completion 40`. */
export function tokensText(usage: Usage): string {
  const { promptTokens: prompt, cachedTokens: cached, completionTokens: completion, reasoningTokens: reasoning } = usage
  const known = Object.entries({ prompt, cached, completion, reasoning }).filter(([, count]) => count !== undefined)
  return known.length === 0 ? 'unknown' : known.map(([name, count]) => `${name} ${count}`).join(', ')
}
