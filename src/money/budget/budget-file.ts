import { join } from 'node:path'
import * as z from 'zod'
import { readPrivateFile, writePrivateFile } from '../../disk/private-file.js'
import { type Day, dayText, parseDay } from '../day.js'
import { MoneyError } from '../money-error.js'
import type { BudgetStore, SpentOnDay } from './budget.js'

const savedSpending = z.object({
  format: z.literal(1),
  day: z.string(),
  /** nano-dollars, by account */
  spent: z.record(z.string(), z.int().min(0)),
})

/** Returns the path of the file that says what is spent today. @param folder in which money is counted */
export function budgetFilePath(folder: string): string {
  return join(folder, 'budget.json')
}

/**
 * Reads what is spent of a budget.
 *
 * @param today by the clock
 * @returns null at the first start
 * @throws {MoneyError} BUDGET_UNREADABLE · BUDGET_AHEAD
 */
export async function readBudgetFile(path: string, today: Day): Promise<SpentOnDay | null> {
  const bytes = await readPrivateFile(path, MAX_BYTES)
  if ('why' in bytes) {
    if (bytes.code === 'ENOENT') return null
    throw unreadable(path, bytes.why)
  }
  const saved = parse(bytes.toString())
  const day = parseDay(saved?.day ?? '')
  if (!saved || day === undefined) throw unreadable(path, 'is damaged, or of another version of this program')
  if (day > today + 1) throw ahead(path, day, today)
  return { day, spent: new Map(Object.entries(saved.spent)) }
}

/** Keeps what is spent in a file. */
export function budgetFile(path: string): BudgetStore {
  return {
    async write({ day, spent }) {
      const text = JSON.stringify({ format: 1, day: dayText(day), spent: Object.fromEntries(spent) })
      await writePrivateFile(path, `${text}\n`)
    },
  }
}

function parse(text: string): z.output<typeof savedSpending> | null {
  try {
    return savedSpending.parse(JSON.parse(text))
  } catch {
    return null // whatever the bytes cause is about them
  }
}

function unreadable(path: string, why: string): MoneyError {
  return new MoneyError('BUDGET_UNREADABLE', `what is spent today is not known: ${path} ${why}`, {
    hint: 'delete that file: what was spent today is then forgotten',
  })
}

/** A clock that starts behind and is then set right would begin the day anew, as if nothing was spent on it. */
function ahead(path: string, day: Day, today: Day): MoneyError {
  const message = `the clock says ${dayText(today)}, and ${path} says what is spent on ${dayText(day)}`
  return new MoneyError('BUDGET_AHEAD', message, {
    hint: 'set the clock; if it is right, delete that file: what was spent today is then forgotten',
  })
}

/** Enough for ten thousand hotkeys. */
const MAX_BYTES = 1024 * 1024
