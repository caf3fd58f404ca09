/** @import { LiveStatus, ReasonStatus } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import { formatCount } from '../format.js'
import { outcomeMark } from './outcome.js'

/** Of signed requests, and of others. */
const MOST_REASONS = 8
const MOST_OF_STRANGERS = 4

/**
 * Shows why requests of the last hour were not answered: those that a hotkey signed, then those that no signature
 * proved, which are always many at a public port.
 *
 * @param {LiveStatus} status
 */
export function showReasons({ reasons }) {
  byId('reasons-panel').hidden = reasons.length === 0
  const signed = counted(reasons, ({ count, strangers }) => count - strangers).slice(0, MOST_REASONS)
  const strange = counted(reasons, ({ strangers }) => strangers).slice(0, MOST_OF_STRANGERS)
  redraw(byId('reasons'), signed, rows => rows.map(reasonRow))
  byId('reasons-strangers').hidden = strange.length === 0
  redraw(byId('reasons-of-strangers'), strange, rows => rows.map(reasonRow))
}

/** @typedef {Pick<ReasonStatus, 'ending' | 'code' | 'status' | 'reason' | 'count'>} Counted */

/**
 * @param {readonly ReasonStatus[]} reasons
 * @param {(reason: ReasonStatus) => number} countOf
 * @returns {Counted[]} the most frequent first
 */
function counted(reasons, countOf) {
  return reasons
    .map(one => ({ ending: one.ending, code: one.code, status: one.status, reason: one.reason, count: countOf(one) }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count)
}

/** @param {Counted} reason */
function reasonRow({ ending, code, status, reason, count }) {
  return element(
    'li',
    {},
    outcomeMark(ending, code),
    element('span', { class: 'reason-count' }, formatCount(count)),
    element('span', { class: 'note' }, `${status} · ${reason}`),
  )
}
