import type { Day } from '../day.js'
import { firstDay, type LedgerDay, readLedgerDay } from './ledger-file.js'

/** The days of a ledger from which the cost of a day is averaged. */
export type RecentDays = {
  /** the newest first */
  readonly days: readonly LedgerDay[]
  /** whether there is no whole day yet, and they are today, as far as it is */
  readonly isToday: boolean
  /** today, as far as it is; null: the ledger has nothing of it */
  readonly now: LedgerDay | null
}

/**
 * Reads the last whole days (UTC), from the first one that the ledger has: a day without a file is one without requests. Takes
 * today in their place where there is no whole day.
 *
 * @param count how many days to look back
 * @throws {MoneyError} LEDGER_UNREADABLE
 * @throws the error of the file system
 */
export async function recentDays(folder: string, today: Day, count: number): Promise<RecentDays> {
  const first = await firstDay(folder)
  if (first === null || first > today) return { days: [], isToday: false, now: null }
  const now = await readLedgerDay(folder, today)
  if (first === today) return { days: now ? [now] : [], isToday: now !== null, now }
  const before = Array.from({ length: Math.min(count, today - first) }, (_, at) => today - 1 - at)
  const days = before.map(async day => (await readLedgerDay(folder, day)) ?? { day, hotkeys: new Map() })
  return { days: await Promise.all(days), isToday: false, now }
}
