import { NANO_PER_USD, type Nano } from './prices/price.js'

/** What may be spent in a day, and how it was written: `5usd/day`. */
export type DayLimit = { readonly nano: Nano; readonly text: string }

/**
 * Reads what may be spent in a day: `5usd/day`, `0.25usd/day`; null for `none`.
 *
 * @returns undefined when the text is no such amount: from a thousandth of a dollar to a million dollars
 */
export function parseDayLimit(text: string): DayLimit | null | undefined {
  if (text === 'none') return null
  const [, usd] = /^(\d{1,7}(?:\.\d{1,6})?)usd\/day$/.exec(text) ?? []
  const nano = Math.round(Number(usd) * NANO_PER_USD)
  return nano >= MIN_NANO && nano <= MAX_NANO ? { nano, text } : undefined
}

const MIN_NANO = NANO_PER_USD / 1000
const MAX_NANO = 1_000_000 * NANO_PER_USD

/** Formats the least limit that allows an amount, with two digits that count: `0.013usd/day`. */
export function leastLimitText(nano: Nano): string {
  const least = Math.max(nano, MIN_NANO)
  const step = 10 ** (Math.ceil(least).toString().length - 2)
  return `${usdOf(Math.ceil(least / step) * step)}usd/day`
}

/** Returns an amount in dollars, for JSON. */
export function usdOf(nano: Nano): number {
  return nano / NANO_PER_USD
}

/** Formats dollars for people: `$1,234.50`, `$0.50`, `$0.00123`, `<$0.000001`; a loss has its sign before it: `-$0.50`. */
export function dollarsText(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < 0) return `-${dollarsText(-usd)}`
  if (usd < LEAST_USD) return `<$${LEAST_USD.toFixed(MOST_PLACES)}`
  // Three digits that count, but whole cents, and from a dollar on nothing else.
  const places = usd >= 1 ? 2 : Math.min(MOST_PLACES, 2 - Math.floor(Math.log10(usd)))
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: places })}`
}

const MOST_PLACES = 6
/** The least that is shown as an amount. */
export const LEAST_USD = 10 ** -MOST_PLACES
