import type { MostUsage, Usage } from '../../plugin/money/spending.js'

/** What a model costs, in dollars per million tokens, as vendors print it. */
export type Price = Rates & {
  /** the rates of a question whose prompt has more tokens than this */
  readonly above?: Partial<Rates> & { readonly tokens: number }
  /** most tokens of an answer, those of reasoning included */
  readonly maxOutput?: number | undefined
}

type Rates = {
  readonly input: number
  readonly output: number
  /** of input that the vendor had in its cache; absent: as other input */
  readonly cached?: number | undefined
  /** of input that the vendor writes to its cache; absent: as other input */
  readonly cacheWrite?: number | undefined
  /** of output that went into reasoning; absent: as other output */
  readonly reasoning?: number | undefined
}

/** Nano-dollars: 10^9 of them are a dollar. Whole numbers, so that sums of any length are exact. */
export type Nano = number

export const NANO_PER_USD = 1_000_000_000

/**
 * Returns what a finished answer cost, rounded up. The count of input that the vendor wrote to its cache is often absent: then
 * all input that it had not in its cache counts at the dearer of both rates.
 *
 * @returns null when the counts do not tell it: a count of the prompt or of the answer is missing, or is not one
 */
export function costOfUsage(price: Price, usage: Usage): Nano | null {
  const { promptTokens, completionTokens = price.output === 0 ? 0 : undefined } = usage
  const { cachedTokens = 0, cacheWriteTokens, reasoningTokens = 0 } = usage
  const counts = [promptTokens, completionTokens, cachedTokens, cacheWriteTokens ?? 0, reasoningTokens]
  if (!counts.every(isCount) || promptTokens === undefined || completionTokens === undefined) return null
  const { input, output, cached = input, cacheWrite = input, reasoning = output } = ratesFor(price, promptTokens)
  const read = Math.min(cachedTokens, promptTokens)
  const rest = promptTokens - read
  const written = Math.min(cacheWriteTokens ?? (cacheWrite > input ? rest : 0), rest)
  const thought = Math.min(reasoningTokens, completionTokens)
  return sum([
    [rest - written, input],
    [written, cacheWrite],
    [read, cached],
    [completionTokens - thought, output],
    [thought, reasoning],
  ])
}

/**
 * Returns the most that the answers to one question may cost, rounded up.
 *
 * @returns null when that is not known
 */
export function mostCost(
  price: Price,
  { promptTokens, completionTokens, answers = 1 }: Pick<MostUsage, 'promptTokens' | 'completionTokens' | 'answers'>,
): Nano | null {
  const generated = completionTokens ?? (price.maxOutput ?? Number.NaN) * answers
  if (!isCount(promptTokens) || !isCount(generated) || !isCount(answers) || answers === 0) return null
  // The dearest of the rates: the prompt may be shorter than its bound.
  const rates = [price, ...(price.above ? [{ ...price, ...price.above }] : [])]
  const of = (names: readonly (keyof Rates)[]) => Math.max(...rates.flatMap(one => names.map(name => one[name] ?? 0)))
  return sum([
    [promptTokens, of(['input', 'cached', 'cacheWrite'])],
    [generated, of(['output', 'reasoning'])],
  ])
}

function ratesFor(price: Price, promptTokens: number): Rates {
  return price.above && promptTokens > price.above.tokens ? { ...price, ...price.above } : price
}

/** More tokens than any answer has: such a count is a mistake, and products of those below it are exact enough. */
const MOST_TOKENS = 1_000_000_000

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_TOKENS
}

/** A dollar per million tokens is 10^6 pico-dollars per token, which makes whole numbers of all prices that vendors print. */
function sum(terms: readonly (readonly [tokens: number, rate: number])[]): Nano {
  const pico = terms.reduce((total, [tokens, rate]) => total + BigInt(tokens) * BigInt(Math.round(rate * 1e6)), 0n)
  return Number((pico + 999n) / 1000n)
}
