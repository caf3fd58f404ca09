import { dollarsText } from '../../money/amount.js'
import type { DayCost } from '../../money/economics.js'
import { groupedText } from '../../text/span.js'

/** Formats an amount of coins with as many digits as a small one needs: `1,234.567`, `0.000123`. */
export function coinsText(amount: number): string {
  const digits = amount >= 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 3 }
  return amount.toLocaleString('en-US', digits)
}

/** Formats a mean number of requests. */
export function countText(requests: number): string {
  return requests < 10 ? String(Number(requests.toPrecision(2))) : groupedText(Math.round(requests))
}

/** Formats a cost for a table: `+?` follows what is not all of it, and `?` stands for one of which nothing is known. */
export function costCell({ usd, unknown }: Pick<DayCost, 'usd' | 'unknown'>): string {
  if (usd === null) return '?'
  return `${dollarsText(usd)}${unknown > 0 ? '+?' : ''}`
}
