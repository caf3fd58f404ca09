import type { FileLock } from '../disk/file-lock.js'
import type { BudgetGate } from '../plugin/money/budget.js'
import type { ModelSource } from '../plugin/money/spending.js'
import type { Answered } from '../plugin/run/paid-attempts.js'
import { parseDayLimit, usdOf } from './amount.js'
import { Budget, type BudgetLimits, type BudgetStore } from './budget/budget.js'
import { budgetFile, budgetFilePath, readBudgetFile } from './budget/budget-file.js'
import { openGate } from './budget/gate.js'
import { dayOf, endOf } from './day.js'
import { type EndedAnswer, Ledger } from './ledger/ledger.js'
import type { LedgerRow } from './ledger/ledger-file.js'
import { lockMoney } from './lock-money.js'
import { MoneyError } from './money-error.js'
import type { OnMoneyEvent } from './money-events.js'
import type { PriceList } from './prices/price-list.js'
import { costOfRequest, costsOfAttempts } from './prices/request-cost.js'
import type { BudgetSettings } from './settings.js'

/** What a request cost, for logs and metrics. */
export type Cost = {
  /** dollars, of the attempts whose cost is known */
  readonly usd: number
  /** how many attempts cost something that is not known; above 0, `usd` is a part of the cost */
  readonly unknown: number
}

/** What an attempt cost, in dollars; null: unknown. */
export type CostOfAttempt = { readonly model: string; readonly usd: number | null }

/** What was spent today (UTC), in dollars. */
export type Spent = {
  /** of the answers whose cost is known; null: there are answers, and the cost of none is known */
  readonly usd: number | null
  /** answers whose cost is not known, or not whole */
  readonly unknown: number
}

export type SpentToday = Spent & {
  /** epoch milliseconds of the day's end */
  readonly until: number
  /** that of all callers; absent without one */
  readonly budget?: { readonly limitUsd: number; readonly spentUsd: number; readonly reservedUsd: number }
}

/** The money of a miner that serves. */
export type Money = AsyncDisposable & {
  /** whether any price is known: the operator gives one, or a vendor's list has those of an endpoint */
  readonly hasPrices: boolean
  /** the rule of admission that keeps the budget; undefined without one */
  readonly gate: BudgetGate | undefined
  /** @returns what a request cost; null when its record tells of no answer */
  costOf(record: Answered): Cost | null
  /** @returns what each attempt cost that a request pays for */
  costsOf(record: Answered): readonly CostOfAttempt[]
  /** Counts a request that has ended. */
  add(record: EndedAnswer): void
  today(): SpentToday
  /** @returns what the answers for a hotkey cost today */
  spentBy(hotkey: string): Spent
}

export type MoneyOptions = {
  readonly prices: PriceList
  readonly sources: readonly ModelSource[]
  readonly limits: BudgetLimits
  /** where it is kept; null: in memory only */
  readonly folder: string | null
  /** epoch milliseconds */
  readonly now: () => number
  readonly onEvent: OnMoneyEvent
}

/** Returns the budgets of the settings. */
export function budgetLimits({ limit, each, hotkeys }: BudgetSettings): BudgetLimits {
  const parse = (text: string) => parseDayLimit(text) ?? null
  const own = Object.entries(hotkeys).map(([hotkey, text]) => [hotkey, parse(text)] as const)
  return { all: parse(limit), each: parse(each), hotkeys: new Map(own) }
}

/** Whether anything is limited. */
export function hasBudget({ all, each, hotkeys }: BudgetLimits): boolean {
  return all !== null || each !== null || [...hotkeys.values()].some(limit => limit !== null)
}

/**
 * Opens the ledger, and the budget if there is one. Without a budget a folder that cannot be used costs the ledger only.
 *
 * @throws {MoneyError} with each of its codes, when there is a budget
 */
export async function openMoney(options: MoneyOptions): Promise<Money> {
  const { prices, sources, limits, now, onEvent } = options
  const isLimited = hasBudget(limits)
  const lock = options.folder === null ? null : await lockFolder(options.folder, { isLimited, onEvent })
  const folder = lock && options.folder
  const budget = isLimited ? await openBudget(folder, options).catch(error => unlock(lock, error)) : null
  const ledger = await Ledger.open({ folder, now, onEvent })
  const costOf = (record: Answered) => costOfRequest(prices, record)
  return {
    hasPrices: prices.hasAny,
    gate: budget ? openGate({ budget, prices, sources }) : undefined,
    costOf(record) {
      const cost = costOf(record)
      return cost && { usd: usdOf(cost.nano), unknown: cost.unknown }
    },
    costsOf: record =>
      (costsOfAttempts(prices, record) ?? []).map(({ model, nano }) => ({
        model,
        usd: nano === null ? null : usdOf(nano),
      })),
    add(record) {
      const cost = costOf(record)
      if (cost) ledger.add(record, cost)
    },
    today: () => spentToday(ledger, budget),
    spentBy(hotkey) {
      const row = ledger.today.hotkeys.get(hotkey)
      return spentOf(row ? [row] : [])
    },
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]()
      await budget?.close()
      await lock?.[Symbol.asyncDispose]()
    },
  }
}

async function openBudget(folder: string | null, { limits, now, onEvent }: MoneyOptions): Promise<Budget> {
  const path = folder && budgetFilePath(folder)
  const store: BudgetStore = path ? budgetFile(path) : { async write() {} }
  return new Budget({ limits, store, before: path ? await readBudgetFile(path, dayOf(now())) : null, now, onEvent })
}

async function unlock(lock: FileLock | null, error: unknown): Promise<never> {
  await lock?.[Symbol.asyncDispose]()
  throw error
}

/** @returns null when a miner without a budget cannot use it: that costs the ledger only */
async function lockFolder(
  folder: string,
  how: { readonly isLimited: boolean; readonly onEvent: OnMoneyEvent },
): Promise<FileLock | null> {
  try {
    return await lockMoney(folder)
  } catch (error) {
    if (how.isLimited || !(error instanceof MoneyError)) throw error
    const message = `what answers cost is not kept: ${error.message}`
    how.onEvent({
      level: 'warn',
      event: 'ledgerLocked',
      message,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
    return null
  }
}

function spentToday(ledger: Ledger, budget: Budget | null): SpentToday {
  const { day, hotkeys } = ledger.today
  const state = budget?.state
  return {
    ...spentOf([...hotkeys.values()]),
    until: endOf(day),
    ...(state && {
      budget: { limitUsd: usdOf(state.limit), spentUsd: usdOf(state.spent), reservedUsd: usdOf(state.reserved) },
    }),
  }
}

function spentOf(rows: readonly LedgerRow[]): Spent {
  const sum = (field: 'nano' | 'unknown' | 'requests') => rows.reduce((total, row) => total + row[field], 0)
  const [nano, unknown] = [sum('nano'), sum('unknown')]
  const isKnown = nano > 0 || unknown < sum('requests') || unknown === 0
  return { usd: isKnown ? usdOf(nano) : null, unknown }
}
