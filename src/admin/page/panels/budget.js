/** @import { BudgetStatus, HotkeyBudget } from '../../api.js' */
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

/** How many budgets of single hotkeys a status has at most. */
const MOST_BUDGETS = 20

/** @param {readonly HotkeyBudget[]} budgets */
export function countSpent(budgets) {
  return budgets.filter(({ isSpent }) => isSpent).length
}

/**
 * @param {readonly HotkeyBudget[]} budgets
 * @returns how many are spent, and of how many: `2 of 5`
 */
export function spentOf(budgets) {
  return `${countSpent(budgets)} of ${budgets.length < MOST_BUDGETS ? '' : 'the '}${budgets.length}`
}
