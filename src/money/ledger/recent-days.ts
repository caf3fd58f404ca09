import type { Day } from '../day.js'
import { type LedgerDay, readLedgerDay } from './ledger-file.js'

/** The days of a ledger from which the cost of a day is averaged. */
export type RecentDays = {
  readonly days: readonly LedgerDay[]
  /** whether there is no whole day yet, and they are today, as far as it is */
  readonly isToday: boolean
}

/**
 * Reads the last whole days (UTC) on which answers were counted; today where there is none.
 *
 * @param count how many days to look back
 * @throws {MoneyError} LEDGER_UNREADABLE
 */
export async function recentDays(folder: string, today: Day, count: number): Promise<RecentDays> {
  const before = Array.from({ length: count }, (_, at) => today - 1 - at)
  const found = await Promise.all(before.map(day => readLedgerDay(folder, day)))
  const days = found.filter(day => day !== null)
  if (days.length > 0) return { days, isToday: false }
  const now = await readLedgerDay(folder, today)
  return { days: now ? [now] : [], isToday: now !== null }
}
