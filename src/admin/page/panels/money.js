/** @import { HotkeyBudgets, LiveStatus } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import { formatCost, formatCount, formatDate, formatHotkey, formatShare, formatUsd } from '../format.js'
import { formatBudget, spentOf, usedShare } from './budget.js'
import { factPairs, meter } from './facts.js'

/** Hotkeys whose budget is shown beside how many have spent theirs. */
const MOST_HOTKEYS = 5

/**
 * Shows what was used and what it cost; the part of money is absent without prices.
 *
 * @param {LiveStatus} status
 */
export function showMoney({ tokens, money, miner }) {
  const hasTokens = Object.values(tokens).some(count => count > 0)
  byId('money-panel').hidden = !hasTokens && !money
  redraw(byId('money'), { tokens, money, since: miner.startedAt }, ({ since }) => [
    ...(money?.budget ? [meter(usedShare(money.budget), 'Budget of the day')] : []),
    element('dl', { class: 'facts' }, ...factPairs([...moneyFacts(money), ...tokenFacts(tokens, since)])),
  ])
}

/**
 * @param {LiveStatus['money']} money
 * @returns {import('./facts.js').Fact[]}
 */
function moneyFacts(money) {
  if (!money) return []
  const { today, budget, hotkeyBudgets, strangersBudget } = money
  return [
    ['Cost today', formatCost(today.usd, today.unknown)],
    budget && ['Budget a day', formatUsd(budget.usdPerDay)],
    budget && ['Spent or reserved', `${formatUsd(budget.usedUsd)}, ${formatShare(usedShare(budget))}`],
    budget && ['Next day begins', formatDate(budget.until)],
    ...(hotkeyBudgets ? hotkeyFacts(hotkeyBudgets) : []),
    strangersBudget && ['Unregistered hotkeys', formatBudget(strangersBudget)],
  ]
}

/**
 * How many hotkeys have spent their budget, and those that have used most of it.
 *
 * @param {HotkeyBudgets} budgets
 * @returns {import('./facts.js').Fact[]}
 */
function hotkeyFacts(budgets) {
  const most = budgets.most.slice(0, MOST_HOTKEYS).map(({ of, ...budget }) => {
    const name = element('span', { class: 'mono', title: of }, formatHotkey(of))
    return /** @type {import('./facts.js').Fact} */ ([name, formatBudget(budget)])
  })
  return [['Budgets of hotkeys', budgets.asked === 0 ? 'none asked today' : `${spentOf(budgets)} spent`], ...most]
}

/**
 * @param {LiveStatus['tokens']} tokens
 * @param {number} since
 * @returns {import('./facts.js').Fact[]}
 */
function tokenFacts({ prompt, cached, completion, reasoning }, since) {
  return [
    ['Prompt tokens', formatCount(prompt)],
    cached > 0 ? ['of which cached', formatCount(cached)] : undefined,
    ['Completion tokens', formatCount(completion)],
    reasoning > 0 ? ['of which reasoning', formatCount(reasoning)] : undefined,
    ['Counted since', formatDate(since)],
  ]
}
