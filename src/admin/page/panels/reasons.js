/** @import { LiveStatus } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import { formatCount } from '../format.js'
import { outcomeMark } from './outcome.js'

const MOST_REASONS = 8

/**
 * Shows why requests of the last hour were not answered, those of strangers included.
 *
 * @param {LiveStatus} status
 */
export function showReasons({ reasons }) {
  byId('reasons-panel').hidden = reasons.length === 0
  const most = reasons
    .slice(0, MOST_REASONS)
    .map(({ ending, code, status, reason, count }) => ({ ending, code, status, reason, count }))
  redraw(byId('reasons'), most, rows =>
    rows.map(({ ending, code, status, reason, count }) =>
      element(
        'li',
        {},
        outcomeMark(ending, code),
        element('span', { class: 'reason-count' }, formatCount(count)),
        element('span', { class: 'note' }, `${status} · ${reason}`),
      ),
    ),
  )
}
