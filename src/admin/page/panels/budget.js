/** @import { BudgetStatus, HotkeyBudgets } from '../../api.js' */
import { formatShare, formatUsd } from '../format.js'

/**
 * @param {BudgetStatus} budget
 * @returns the part that is spent or reserved; 1 and more: all
 */
export function usedShare({ usedUsd, usdPerDay }) {
  return usdPerDay > 0 ? usedUsd / usdPerDay : 1
}

/** @param {BudgetStatus} budget */
export function formatBudget(budget) {
  const state = budget.isSpent ? 'spent' : formatShare(usedShare(budget))
  return `${formatUsd(budget.usedUsd)} of ${formatUsd(budget.usdPerDay)}, ${state}`
}

/**
 * @param {HotkeyBudgets} budgets
 * @returns how many are spent, and of how many: `2 of 5`
 */
export function spentOf({ spent, asked }) {
  return `${spent} of ${asked}`
}
