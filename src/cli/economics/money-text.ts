import type { DayCost } from '../../money/economics.js'
import { groupedText } from '../../text/span.js'

/** Formats dollars: `$12.30`, `$0.00012`. */
export function shownUsd(amount: number): string {
  const sign = amount < 0 ? '-' : ''
  return `${sign}$${plainText(Math.abs(amount), 2)}`
}

/** Formats an amount with as many digits as a small one needs. @param places after the point, of an amount above 1 */
export function plainText(amount: number, places = 3): string {
  if (amount === 0 || Number.isInteger(amount)) return groupedText(amount)
  return amount >= 1 ? amount.toFixed(places) : String(Number(amount.toPrecision(3)))
}

/** Formats a mean number of requests. */
export function countText(requests: number): string {
  return requests < 10 ? String(Number(requests.toPrecision(2))) : groupedText(Math.round(requests))
}

/** Formats a cost for a table: `+?` follows what is not all of it, and `?` stands for one of which nothing is known. */
export function costCell({ usd, unknown }: Pick<DayCost, 'usd' | 'unknown'>): string {
  if (usd === null) return '?'
  return `${shownUsd(usd)}${unknown > 0 ? '+?' : ''}`
}
