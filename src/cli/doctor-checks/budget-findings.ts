import { type Finding, findingsBy } from '../../doctor/check.js'
import { type DayLimit, dollarsText, usdOf } from '../../money/amount.js'
import { ALL, isNear, STRANGERS } from '../../money/budget/account.js'
import type { Nano } from '../../money/prices/price.js'
import { spanText } from '../../text/span.js'

/** What may be spent today, and what is. */
export type DayBudget = {
  /** `all`, `strangers` or a hotkey */
  readonly of: string
  readonly limit: DayLimit
  readonly spent: Nano
  /** by requests in progress */
  readonly reserved: Nano
}

type Judging = {
  /** the most that one short question may cost */
  readonly most: Nano
  /** until the day (UTC) turns */
  readonly leftMs: number
  readonly how: string
}

/**
 * Finds the budgets of which too little is left for a question, and those of which four fifths are spent. What requests in
 * progress reserve is refused to others, too, but comes back when they end.
 */
export function budgetFindings(budgets: readonly DayBudget[], judging: Judging): readonly Finding[] {
  const ofAll = budgets.filter(({ of }) => of === ALL)
  const ofHotkeys = budgets.filter(({ of }) => of !== ALL)
  const bad = [...ofAll.flatMap(one => badBudget(one, judging)), ...badHotkeys(ofHotkeys, judging)]
  if (bad.length > 0) return bad
  const { ok } = findingsBy(judging.how)
  return [
    ...ofAll.map(one => ok(`${spentText(one)} today`)),
    ...(ofHotkeys.length > 0 ? [ok(`what ${counted(ofHotkeys.length, 'hotkey')} spent today leaves each enough`)] : []),
  ]
}

function badBudget(budget: DayBudget, { most, leftMs, how }: Judging): readonly Finding[] {
  const { spent, reserved, limit } = budget
  const { warning, fault } = findingsBy(how)
  const hint = `raise --budget, or wait until midnight (UTC), in ${spanText(leftMs)}`
  if (!leaves(limit.nano - spent, most))
    return [fault('BUDGET_USED_UP', `${spentText(budget)}: requests are refused until the day (UTC) turns`, hint)]
  if (!leaves(limit.nano - spent - reserved, most))
    return [
      warning(
        'BUDGET_NEAR',
        `${spentText(budget)}, and requests in progress reserve ${dollarsText(usdOf(reserved))}: others are refused meanwhile`,
        'raise --budget, or lower --max-tokens, which decides what a request reserves',
      ),
    ]
  return isNear(budget) ? [warning('BUDGET_NEAR', `${spentText(budget)} already`, hint)] : []
}

function badHotkeys(budgets: readonly DayBudget[], { most, leftMs, how }: Judging): readonly Finding[] {
  const { warning } = findingsBy(how)
  const hint = `raise --budget-each, or that of the hotkey in budget.hotkeys of the configuration file; or wait until midnight (UTC), in ${spanText(leftMs)}`
  const used = budgets.filter(({ spent, limit }) => !leaves(limit.nano - spent, most))
  const near = budgets.filter(one => isNear(one) && !used.includes(one))
  return [
    ...(used.length > 0
      ? [
          warning(
            'BUDGET_USED_UP',
            `${ownersText(used)} spent, so that requests are refused until the day (UTC) turns`,
            hint,
          ),
        ]
      : []),
    ...(near.length > 0 ? [warning('BUDGET_NEAR', `${ownersText(near)} spent to four fifths or more`, hint)] : []),
  ]
}

/** Whether a rest is enough for a question; nothing is enough for none, even where questions cost nothing. */
function leaves(rest: Nano, most: Nano): boolean {
  return rest > 0 && rest >= most
}

/** `$4.20 of 5usd/day are spent` */
function spentText({ spent, limit }: DayBudget): string {
  return `${dollarsText(usdOf(spent))} of ${limit.text} are spent`
}

/** `the budgets of 5Grw… and 4 other hotkeys are` */
function ownersText(budgets: readonly DayBudget[]): string {
  const [first, ...others] = budgets.map(({ of }) => (of === STRANGERS ? 'unregistered hotkeys' : of))
  if (others.length === 0) return `the budget of ${first} is`
  return `the budgets of ${first} and ${counted(others.length, 'other hotkey')} are`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
