import type { WrittenRate } from '../plugin/policy.js'

const units = { s: 1_000, min: 60_000, h: 3_600_000, day: 86_400_000 } as const

const MAX_LIMIT = 1_000_000
/** A rate starts anew with the miner, so a longer window would mean little. */
const MAX_WINDOW_MS = 7 * units.day

/**
 * Reads a rate: `30/min`, `1/5min`, with `s`, `min`, `h` or `day`; null for `none`.
 *
 * @returns undefined when the text is no rate: at least 1 request and at most a million, in at most 7 days
 */
export function parseRate(text: string): WrittenRate | null | undefined {
  if (text === 'none') return null
  const [, limit, count = '1', unit] = /^([1-9]\d{0,6})\/([1-9]\d{0,5})?(s|min|h|day)$/.exec(text) ?? []
  if (limit === undefined || unit === undefined) return undefined
  const windowMs = Number(count) * units[unit as keyof typeof units]
  if (Number(limit) > MAX_LIMIT || windowMs > MAX_WINDOW_MS) return undefined
  return { limit: Number(limit), windowMs, text }
}
