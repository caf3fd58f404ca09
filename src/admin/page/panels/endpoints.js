/** @import { EndpointStatus, LiveStatus } from '../../api.js' */
import { byId, element, redraw } from '../element.js'
import { formatAgo, formatCount, formatSpan } from '../format.js'

/** What a breaker's state means to the one who reads it, and whose mark it has. */
const STATES = /** @type {const} */ ({
  closed: { text: 'asked', mark: 'answered', shape: '●' },
  halfOpen: { text: 'on trial', mark: 'refused', shape: '▲' },
  open: { text: 'not asked', mark: 'failed', shape: '✕' },
})

/**
 * Shows each endpoint that the miner asks, and its keys; nothing when the miner reports on none.
 *
 * @param {LiveStatus} status
 */
export function showEndpoints({ endpoints, at }) {
  byId('endpoints-panel').hidden = endpoints === undefined
  const shown = (endpoints ?? []).map(endpoint => describe(endpoint, at))
  redraw(byId('endpoints'), shown, all => all.map(item))
}

/**
 * @param {EndpointStatus} endpoint
 * @param {number} now
 */
function describe({ endpoint, breaker, failures, restMs, keys, lastError }, now) {
  const resting = keys.flatMap(({ restMs: ms, code }, index) =>
    ms > 0 ? [`key ${index + 1} rests ${formatSpan(ms)}${code ? ` after ${code}` : ''}`] : [],
  )
  const ready = keys.length - resting.length
  return {
    name: endpoint,
    breaker,
    keys: keys.length === 0 ? '' : `${ready} of ${keys.length} ${keys.length === 1 ? 'key' : 'keys'} ready`,
    notes: [
      ...(restMs > 0 ? [`asked again in ${formatSpan(restMs)}`] : []),
      ...(failures > 0 ? [`${formatCount(failures)} failures in a row`] : []),
      ...resting,
      ...(lastError ? [`last error ${lastError.code}, ${formatAgo(now - lastError.at)}`] : []),
    ],
  }
}

/** @param {ReturnType<typeof describe>} endpoint */
function item({ name, breaker, keys, notes }) {
  const { text, mark, shape } = STATES[breaker]
  const state = element(
    'span',
    { class: 'outcome' },
    element('span', { class: `mark is-${mark}`, 'aria-hidden': 'true' }, shape),
    text,
  )
  return element(
    'li',
    {},
    element('p', { class: 'endpoint' }, element('strong', {}, name), state),
    element('p', { class: 'note' }, [keys, ...notes].filter(Boolean).join(' · ')),
  )
}
