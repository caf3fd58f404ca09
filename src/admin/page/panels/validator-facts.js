/** @import { Quantiles, ValidatorStatus } from '../../api.js' */
/** @import { Fact } from './facts.js' */
import { element } from '../element.js'
import { formatCost, formatCount, formatDate, formatDuration, formatStake, UNKNOWN } from '../format.js'
import { formatBudget } from './budget.js'
import { outcomeMark } from './outcome.js'
import { formatPermit, formatReasons } from './validator-columns.js'

/**
 * All that is known of one validator, for the drawer.
 *
 * @param {ValidatorStatus} row
 * @returns {Fact[]}
 */
export function validatorFacts({ tokens, ...row }) {
  const outcomes = /** @type {const} */ (['answered', 'refused', 'failed', 'cancelled'])
  return [
    ['Hotkey', element('span', { class: 'mono' }, row.hotkey)],
    ['UID', row.uid === null ? 'not registered, or not known' : String(row.uid)],
    ['Stake', row.stakeTao === null ? UNKNOWN : formatStake(row.stakeTao)],
    ['Validator permit', formatPermit(row.hasPermit)],
    ['Last seen', formatDate(row.lastAt)],
    [
      'In the last hour',
      element(
        'span',
        { class: 'pair-list' },
        ...outcomes.map(one => outcomeMark(one, `${formatCount(row[one])} ${one}`)),
      ),
    ],
    ['Refused or failed because', formatReasons(row.reasons)],
    ['First token', formatQuantiles(row.firstToken)],
    ['Whole answer', formatQuantiles(row.total)],
    ['Prompt tokens', `${formatCount(tokens.prompt)}, of which cached ${formatCount(tokens.cached)}`],
    ['Completion tokens', `${formatCount(tokens.completion)}, of which reasoning ${formatCount(tokens.reasoning)}`],
    row.unpriced === undefined ? undefined : ['Cost today', formatCost(row.usd, row.unpriced)],
    row.budget && ['Budget of the day', formatBudget(row.budget)],
  ]
}

/** @param {Quantiles | null} quantiles */
function formatQuantiles(quantiles) {
  if (!quantiles) return 'no answer'
  const { p50, p95, p99 } = quantiles
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, p99 ${formatDuration(p99)}`
}
