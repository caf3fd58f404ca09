/** @import { RequestEntry } from '../../api.js' */
import { element } from '../element.js'
import { formatDuration } from '../format.js'

/** What a request goes through, in order; each stage ends at the time of its name. */
const STAGES = /** @type {const} */ ([
  { end: 'claimed', label: 'Claim', colour: 'cancelled' },
  { end: 'verified', label: 'Verify', colour: 'cancelled' },
  { end: 'placed', label: 'Queue', colour: 'refused' },
  { end: 'firstToken', label: 'First token', colour: 'deep' },
  { end: 'done', label: 'Done', colour: 'answered' },
])

/** @typedef {{ readonly label: string, readonly colour: string, readonly from: number, readonly to: number }} Span ms */

/**
 * Draws the life of a request, as far as it got.
 *
 * @param {RequestEntry} request
 */
export function waterfall({ times, outcome }) {
  const spans = spansOf(times)
  const rows = spans.map(({ label, colour, from, to }) => {
    const bar = element('span', { class: 'bar' })
    bar.style.setProperty('--series', `var(--${colour})`)
    bar.style.setProperty('--from', `${share(from, times.done)}%`)
    bar.style.setProperty('--length', `${share(to - from, times.done)}%`)
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, label === 'Done' && outcome !== 'answered' ? `Until ${outcome}` : label),
      element('td', { class: 'track', 'aria-hidden': 'true' }, bar),
      element('td', { class: 'is-number' }, formatDuration(to - from)),
      element('td', { class: 'is-number' }, formatDuration(to)),
    )
  })
  return element(
    'table',
    { class: 'waterfall' },
    element('caption', { class: 'visually-hidden' }, 'The stages of this request'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Stage', '', 'Took', 'Ended at'].map((text, index) =>
          text
            ? element('th', { scope: 'col', class: index > 1 ? 'is-number' : '' }, text)
            : element('td', { 'aria-hidden': 'true' }),
        ),
      ),
    ),
    element('tbody', {}, ...rows),
  )
}

/**
 * @param {RequestEntry['times']} times
 * @returns {Span[]}
 */
export function spansOf(times) {
  let from = 0
  return STAGES.flatMap(({ end, label, colour }) => {
    const to = times[end]
    if (to === undefined) return []
    const span = { label, colour, from, to: Math.max(from, to) }
    from = span.to
    return [span]
  })
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return whole > 0 ? Math.min(100, (100 * part) / whole).toFixed(2) : 0
}
