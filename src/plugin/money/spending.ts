/** Token counts of one answer, whole numbers, as the model's server reported them; a count that it did not report is absent. */
export type Usage = {
  readonly promptTokens?: number
  /** the part of `promptTokens` that came from the server's cache */
  readonly cachedTokens?: number
  /** the part of `promptTokens` that the server wrote to its cache, which some vendors charge more for */
  readonly cacheWriteTokens?: number
  readonly completionTokens?: number
  /** the part of `completionTokens` that went into reasoning, which is not in the answer */
  readonly reasoningTokens?: number
}

/** A model that a miner asks, as far as its price and a budget need it. */
export type ModelSource = {
  /** as in the miner's attempts */
  readonly endpoint: string
  /** that the settings name; a question may name another one */
  readonly model: string
  /** of its API, with the port, if it has one: `api.openai.com` */
  readonly host: string
  /** whether it is asked for in another service tier than the vendor's usual one, which has other prices */
  readonly hasOtherTier: boolean
  /** what the miner adds to a question, in tokens at most: its system prompt, and what the vendor counts beside the text */
  readonly addedTokens: number
  /** most tokens of all that one question generates; null: as many as the model can, for each of its answers */
  readonly completionTokens: number | null
  /** how many answers the model generates for one question, of which the miner may use one; absent: 1 */
  readonly answers?: number
}

/** The most that one attempt may use. */
export type MostUsage = {
  /** as in the miner's attempts */
  readonly endpoint: string
  readonly model: string
  /** never too low: no text has more tokens than it has bytes as UTF-8 */
  readonly promptTokens: number
  /** of all answers together; null: as many as the model can, for each of them */
  readonly completionTokens: number | null
  /** how many answers the model generates; absent: 1 */
  readonly answers?: number
}

/** Money that is reserved for one attempt. */
export type Spending = {
  /**
   * To be called once, when the attempt has ended; later calls are ignored.
   *
   * @param usage what the endpoint counted, zeros when the attempt cost nothing; undefined: unknown, and the whole reservation
   *   counts as spent
   */
  end(usage: Usage | undefined): void
}

/**
 * Reserves the most that an attempt may cost.
 *
 * @throws {NoAnswer} `budget` when the budget is spent, `unsupported` when the model has no price
 */
export type Spend = (most: MostUsage) => Promise<Spending>
