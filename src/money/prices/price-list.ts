import type { ModelSource } from '../../plugin/money/spending.js'
import type { Price } from './price.js'
import { vendorOfHost } from './vendors.js'

/** The operator's own prices, by `MODEL` or `MODEL at ENDPOINT`. */
export type GivenPrices = Readonly<Record<string, Price>>

type VendorPrices = Readonly<Record<string, Readonly<Record<string, Price>>>>

/**
 * Finds the price of a model at an endpoint: the operator's for this endpoint, the operator's for the model, or the vendor's
 * list price where the endpoint is the vendor's own. Unknown is null, and never 0.
 */
export class PriceList {
  readonly #given: ReadonlyMap<string, Price>
  readonly #vendors: VendorPrices
  readonly #sources: ReadonlyMap<string, ModelSource>

  /** @param sources of the miner; empty when it does not tell them */
  constructor(given: GivenPrices, vendors: VendorPrices, sources: readonly ModelSource[]) {
    this.#given = new Map(Object.entries(given))
    this.#vendors = vendors
    this.#sources = new Map(sources.map(source => [source.endpoint, source]))
  }

  /** Whether it knows any price: one that the operator gives, or those of the vendor whose endpoint the miner asks. */
  get hasAny(): boolean {
    if (this.#given.size > 0) return true
    return [...this.#sources.values()].some(({ host, hasOtherTier }) => !hasOtherTier && vendorOfHost.has(host))
  }

  /** @param endpoint as the miner names it; null: the miner tells none */
  of(endpoint: string | null, model: string): Price | null {
    const own = endpoint === null ? undefined : this.#given.get(`${model} at ${endpoint}`)
    return own ?? this.#given.get(model) ?? this.#listed(endpoint, model)
  }

  #listed(endpoint: string | null, model: string): Price | null {
    const source = endpoint === null ? undefined : this.#sources.get(endpoint)
    // The list has the prices of the usual tier only.
    if (!source || source.hasOtherTier) return null
    const models = this.#vendors[vendorOfHost.get(source.host) ?? '']
    return models && Object.hasOwn(models, model) ? models[model]! : null
  }
}

/** Makes the list; that of the vendors is read where the miner asks one of them. */
export async function openPriceList(given: GivenPrices, sources: readonly ModelSource[]): Promise<PriceList> {
  if (!sources.some(({ host }) => vendorOfHost.has(host))) return new PriceList(given, {}, sources)
  const { default: file } = await import('./prices.json', { with: { type: 'json' } })
  return new PriceList(given, file.vendors as VendorPrices, sources)
}
