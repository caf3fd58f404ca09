/** The number of a day (UTC), counted from 1970. */
export type Day = number

const DAY_MS = 86_400_000

/** @param ms epoch milliseconds */
export function dayOf(ms: number): Day {
  return Math.floor(ms / DAY_MS)
}

/** Returns when a day ends, in epoch milliseconds. */
export function endOf(day: Day): number {
  return (day + 1) * DAY_MS
}

/** Formats a day: `2026-11-29`. */
export function dayText(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Reads what {@link dayText} wrote; undefined for other text, and for a day that there is not. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const ms = Date.parse(`${text}T00:00:00Z`)
  // V8 takes 30 February for 2 March.
  return Number.isNaN(ms) || dayText(dayOf(ms)) !== text ? undefined : dayOf(ms)
}
