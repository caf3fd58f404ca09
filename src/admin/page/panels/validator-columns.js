/** @import { ValidatorStatus } from '../../api.js' */
/** @import { Column } from '../table/live-table.js' */
import { setText, visible } from '../element.js'
import { formatAgo, formatCount, formatDuration, formatHotkey, formatShare, formatStake, UNKNOWN } from '../format.js'
import { fillText } from '../table/live-table.js'
import { formatBudget, usedShare } from './budget.js'

/** @type {Column<ValidatorStatus>} */
export const stakeColumn = {
  label: 'Stake',
  kind: 'number',
  value: ({ stakeTao }) => stakeTao,
  fill: fillText(({ stakeTao }) => (stakeTao === null ? UNKNOWN : formatStake(stakeTao))),
}

/**
 * @param {() => number} now of the miner's clock
 * @returns {Column<ValidatorStatus>[]}
 */
export function validatorColumns(now) {
  return [
    {
      label: 'Hotkey',
      value: ({ hotkey }) => hotkey,
      fill: (cell, { hotkey }) => {
        setText(cell, formatHotkey(hotkey))
        cell.title = visible(hotkey)
      },
    },
    number('UID', ({ uid }) => uid, String, 'medium'),
    stakeColumn,
    {
      label: 'Permit',
      from: 'medium',
      value: ({ hasPermit }) => (hasPermit === null ? null : Number(hasPermit)),
      fill: fillText(({ hasPermit }) => formatPermit(hasPermit)),
    },
    number(
      'Last seen',
      ({ lastAt }) => lastAt,
      at => formatAgo(now() - at),
      'medium',
    ),
    number('Answered', ({ answered }) => answered, formatCount),
    number('Refused', ({ refused }) => refused, formatCount),
    number('Failed', ({ failed }) => failed, formatCount, 'medium'),
    {
      label: 'Mostly because',
      from: 'wide',
      value: ({ reasons }) => reasons[0]?.code ?? null,
      fill: fillText(({ reasons }) => reasons[0]?.code ?? UNKNOWN),
    },
    number('First token', ({ firstToken }) => firstToken?.p50 ?? null, formatDuration, 'wide'),
    number('Answer', ({ total }) => total?.p50 ?? null, formatDuration, 'medium'),
    number('p95', ({ total }) => total?.p95 ?? null, formatDuration, 'medium'),
    number('Tokens', ({ tokens }) => tokens.prompt + tokens.completion, formatCount, 'wide'),
    {
      label: 'Budget',
      kind: 'number',
      from: 'budget',
      value: ({ budget }) => (budget ? usedShare(budget) : null),
      fill: (cell, { budget }) => {
        setText(cell, budget ? (budget.isSpent ? 'spent' : formatShare(usedShare(budget))) : UNKNOWN)
        cell.title = budget ? `${formatBudget(budget)} today` : ''
      },
    },
  ]
}

/** @param {boolean | null} hasPermit */
export function formatPermit(hasPermit) {
  return hasPermit === null ? UNKNOWN : hasPermit ? 'yes' : 'no'
}

/** @param {ValidatorStatus['reasons']} reasons */
export function formatReasons(reasons) {
  return reasons.map(({ code, count }) => `${code} ${formatCount(count)}`).join(', ') || UNKNOWN
}

/**
 * @param {string} label
 * @param {(row: ValidatorStatus) => number | null} value
 * @param {(value: number) => string} format
 * @param {'medium' | 'wide'} [from]
 * @returns {Column<ValidatorStatus>}
 */
function number(label, value, format, from) {
  const textOf = (/** @type {ValidatorStatus} */ row) => {
    const known = value(row)
    return known === null ? UNKNOWN : format(known)
  }
  return { label, kind: 'number', value, fill: fillText(textOf), ...(from && { from }) }
}
