import type { BudgetStatus, HotkeyBudget, MoneyStatus } from '../../admin/api.js'
import { STRANGERS } from '../../money/budget/account.js'
import type { BudgetUse } from '../../money/open-money.js'

/** Returns what a status tells of a budget. */
export function budgetStatus({ limitUsd, spentUsd, reservedUsd, isSpent }: BudgetUse): BudgetStatus {
  return { usdPerDay: limitUsd, usedUsd: spentUsd + reservedUsd, isSpent }
}

/** The same with whose it is. */
export function hotkeyBudget(use: BudgetUse): HotkeyBudget {
  return { of: use.of, ...budgetStatus(use) }
}

/** Returns what a status tells of the budgets of single callers. @param uses the most used first */
export function callerBudgets(uses: readonly BudgetUse[]): Pick<MoneyStatus, 'hotkeyBudgets' | 'strangersBudget'> {
  const hotkeys = uses.filter(({ of }) => of !== STRANGERS)
  const strangers = uses.find(({ of }) => of === STRANGERS)
  return {
    hotkeyBudgets: {
      asked: hotkeys.length,
      spent: hotkeys.filter(({ isSpent }) => isSpent).length,
      most: hotkeys.slice(0, SHOWN).map(hotkeyBudget),
    },
    ...(strangers && { strangersBudget: budgetStatus(strangers) }),
  }
}

/** A status is sent each second. */
const SHOWN = 20
