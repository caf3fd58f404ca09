import type { FileLock } from '../disk/file-lock.js'
import type { BudgetGate } from '../plugin/money/budget.js'
import type { ModelSource } from '../plugin/money/spending.js'
import type { Answered } from '../plugin/run/paid-attempts.js'
import { parseDayLimit, usdOf } from './amount.js'
import { ALL, type BudgetState } from './budget/account.js'
import { Budget, type BudgetLimits, type BudgetStore } from './budget/budget.js'
import { budgetFile, budgetFilePath, readBudgetFile } from './budget/budget-file.js'
import { mostOfShortRequest, openGate } from './budget/gate.js'
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
  readonly budget?: BudgetUse
}

/** What a budget of today holds, in dollars. */
export type BudgetUse = {
  /** `all`, `strangers` or a hotkey */
  readonly of: string
  readonly limitUsd: number
  readonly spentUsd: number
  /** by requests in progress */
  readonly reservedUsd: number
  /** a short question does not fit until the day turns: most requests are refused */
  readonly isSpent: boolean
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
  /** @returns what the budget of a hotkey holds; null: it has none of its own */
  budgetOf(hotkey: string): BudgetUse | null
  /** @returns the budgets of the hotkeys that have asked today, the most used first; null: the settings have none */
  callerBudgets(): readonly BudgetUse[] | null
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
export function hasBudget(limits: BudgetLimits): boolean {
  return limits.all !== null || hasCallerBudgets(limits)
}

function hasCallerBudgets({ each, hotkeys }: BudgetLimits): boolean {
  return each !== null || [...hotkeys.values()].some(limit => limit !== null)
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
    budgetOf: hotkey => useOf(budget?.stateOf(hotkey) ?? null),
    callerBudgets: () => (budget && hasCallerBudgets(limits) ? usesOf(budget) : null),
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]()
      await budget?.close()
      await lock?.[Symbol.asyncDispose]()
    },
  }
}

async function openBudget(folder: string | null, options: MoneyOptions): Promise<Budget> {
  const { limits, prices, sources, now, onEvent } = options
  const path = folder && budgetFilePath(folder)
  const store: BudgetStore = path ? budgetFile(path) : { async write() {} }
  const least = mostOfShortRequest(sources, prices)
  return new Budget({
    limits,
    least,
    store,
    before: path ? await readBudgetFile(path, dayOf(now())) : null,
    now,
    onEvent,
  })
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
  const use = useOf(budget?.stateOf(ALL) ?? null)
  return { ...spentOf([...hotkeys.values()]), until: endOf(day), ...(use && { budget: use }) }
}

function useOf(state: BudgetState | null): BudgetUse | null {
  if (!state) return null
  const { of, limit, spent, reserved, isSpent } = state
  return { of, limitUsd: usdOf(limit), spentUsd: usdOf(spent), reservedUsd: usdOf(reserved), isSpent }
}

function usesOf(budget: Budget): readonly BudgetUse[] {
  const part = ({ limitUsd, spentUsd, reservedUsd }: BudgetUse) => (spentUsd + reservedUsd) / limitUsd
  const uses = budget.callerStates().flatMap(state => useOf(state) ?? [])
  return uses.sort((one, other) => part(other) - part(one))
}

function spentOf(rows: readonly LedgerRow[]): Spent {
  const sum = (field: 'nano' | 'unknown' | 'requests') => rows.reduce((total, row) => total + row[field], 0)
  const [nano, unknown] = [sum('nano'), sum('unknown')]
  const isKnown = nano > 0 || unknown < sum('requests') || unknown === 0
  return { usd: isKnown ? usdOf(nano) : null, unknown }
}
