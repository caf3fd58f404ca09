import type { ModelSource } from '../../plugin/money/spending.js'
import { mostCost } from '../prices/price.js'
import type { PriceList } from '../prices/price-list.js'

/** A model whose answers have no known maximum cost, so that no budget can be kept with it. */
export type Unpriced = {
  readonly source: ModelSource
  /** its price, or only how many tokens its answer may have */
  readonly lacks: 'price' | 'maxOutput'
}

/** Returns the models of a miner with which no budget can be kept. */
export function unpricedOf(sources: readonly ModelSource[], prices: PriceList): readonly Unpriced[] {
  return sources.flatMap((source): readonly Unpriced[] => {
    const price = prices.of(source.endpoint, source.model)
    if (!price) return [{ source, lacks: 'price' }]
    return mostCost(price, { ...source, promptTokens: 0 }) === null ? [{ source, lacks: 'maxOutput' }] : []
  })
}
