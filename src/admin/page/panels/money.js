/** @import { LiveStatus } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import { formatCost, formatCount, formatDate, formatShare, formatUsd } from '../format.js'
import { factPairs, meter } from './facts.js'

/**
 * Shows what was used and what it cost; the part of money is absent without prices.
 *
 * @param {LiveStatus} status
 */
export function showMoney({ tokens, money, miner }) {
  const hasTokens = Object.values(tokens).some(count => count > 0)
  byId('money-panel').hidden = !hasTokens && !money
  redraw(byId('money'), { tokens, money, since: miner.startedAt }, ({ since }) => [
    ...(money?.budget ? [budgetBar(money.budget)] : []),
    element('dl', { class: 'facts' }, ...factPairs([...moneyFacts(money), ...tokenFacts(tokens, since)])),
  ])
}

/**
 * @param {LiveStatus['money']} money
 * @returns {import('./facts.js').Fact[]}
 */
function moneyFacts(money) {
  if (!money) return []
  const { today, budget } = money
  return [
    ['Cost today', formatCost(today.usd, today.unknown)],
    budget && ['Budget a day', formatUsd(budget.usdPerDay)],
    budget && ['Used or reserved', `${formatUsd(budget.usedUsd)}, ${formatShare(budget.usedUsd / budget.usdPerDay)}`],
    budget && ['Next day begins', formatDate(budget.until)],
  ]
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

/** @param {NonNullable<NonNullable<LiveStatus['money']>['budget']>} budget */
function budgetBar({ usedUsd, usdPerDay }) {
  return meter(usedUsd / usdPerDay, 'Budget of the day')
}
