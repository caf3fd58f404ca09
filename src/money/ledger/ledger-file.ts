import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { readPrivateFile, writePrivateFile } from '../../disk/private-file.js'
import { type Day, dayText, parseDay } from '../day.js'
import { MoneyError } from '../money-error.js'

const count = () => z.int().min(0)
const savedRow = z.object({
  requests: count(),
  /** nano-dollars */
  nano: count(),
  unknown: count(),
  promptTokens: count(),
  completionTokens: count(),
})
const savedDay = z.object({ format: z.literal(1), hotkeys: z.record(z.string(), savedRow) })

/** What the answers of a day to one hotkey cost. */
export type LedgerRow = {
  /** answered, failed or cancelled, for which the miner was asked */
  readonly requests: number
  /** nano-dollars, of the attempts whose cost is known */
  readonly nano: number
  /** requests whose cost is not known, or not all of it */
  readonly unknown: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/** A day of the ledger, by hotkey; `strangers` has all that no hotkey signed, and `others` those for which a day has no room. */
export type LedgerDay = { readonly day: Day; readonly hotkeys: ReadonlyMap<string, LedgerRow> }

/** How many days are kept. */
export const KEPT_DAYS = 400

/** Replaces the file of a day. @throws the error of the file system */
export async function writeLedgerDay(folder: string, { day, hotkeys }: LedgerDay): Promise<void> {
  const text = JSON.stringify({ format: 1, hotkeys: Object.fromEntries(hotkeys) })
  await writePrivateFile(pathOf(folder, day), `${text}\n`)
}

/**
 * Reads a day.
 *
 * @returns null when it has none
 * @throws {MoneyError} LEDGER_UNREADABLE
 */
export async function readLedgerDay(folder: string, day: Day): Promise<LedgerDay | null> {
  const path = pathOf(folder, day)
  const bytes = await readPrivateFile(path, MAX_BYTES)
  if ('why' in bytes) {
    if (bytes.code === 'ENOENT' || bytes.code === 'ENOTDIR') return null
    throw unreadable(path, bytes.why)
  }
  try {
    const { hotkeys } = savedDay.parse(JSON.parse(bytes.toString()))
    return { day, hotkeys: new Map(Object.entries(hotkeys)) }
  } catch (cause) {
    throw unreadable(path, 'is damaged, or of another version of this program', cause)
  }
}

/** Moves the file of a day out of the way of a new one, which would replace it. @throws the error of the file system */
export async function setAsideDay(folder: string, day: Day): Promise<void> {
  const path = pathOf(folder, day)
  await rename(path, `${path}${ASIDE}`)
}

/** Returns the first day that the ledger has; null when it has none. @throws the error of the file system */
export async function firstDay(folder: string): Promise<Day | null> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const days = names.map(dayOfName).filter(day => day !== undefined)
  return days.length === 0 ? null : Math.min(...days)
}

/** Removes the days that are older than {@link KEPT_DAYS}. @throws the error of the file system */
export async function removeOldDays(folder: string, today: Day): Promise<void> {
  for (const name of await readdir(folder)) {
    const day = dayOfName(name.endsWith(ASIDE) ? name.slice(0, -ASIDE.length) : name)
    if (day !== undefined && day < today - KEPT_DAYS) await rm(join(folder, name), { force: true })
  }
}

function unreadable(path: string, why: string, cause?: unknown): MoneyError {
  const hint = 'delete that file: what its day cost is then forgotten'
  return new MoneyError('LEDGER_UNREADABLE', `what a day cost is not known: ${path} ${why}`, { hint, cause })
}

function dayOfName(name: string): Day | undefined {
  return parseDay(/^ledger-(\S+)\.json$/.exec(name)?.[1] ?? '')
}

function pathOf(folder: string, day: Day): string {
  return join(folder, `ledger-${dayText(day)}.json`)
}

/** Ends the name of a file that was set aside. */
const ASIDE = '.damaged'
const MAX_BYTES = 1024 * 1024
