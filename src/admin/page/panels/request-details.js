/** @import { RequestEntry } from '../../api.js' */
import { element } from '../element.js'
import { formatCount, formatDate, formatDuration, formatUsd } from '../format.js'
import { factPairs } from './facts.js'
import { outcomeMark } from './outcome.js'
import { waterfall } from './waterfall.js'

/**
 * One request's life, for the drawer.
 *
 * @param {RequestEntry} request
 * @returns {Node[]}
 */
export function requestDetails(request) {
  const { outcome, status, code, reason, hotkey, claimed, synapse, model, endpoint, usd, attempts = [] } = request
  const facts = factPairs([
    ['Outcome', outcomeMark(outcome, [outcome, status, code].filter(one => one !== undefined).join(' · '))],
    reason ? ['Reason', reason] : undefined,
    ['Arrived', formatDate(request.at)],
    ['Hotkey', element('span', { class: 'mono' }, hotkey)],
    claimed !== null && claimed !== hotkey ? ['Claimed hotkey', claimed] : undefined,
    ['Synapse', synapse],
    model ? ['Model', model] : undefined,
    endpoint ? ['Endpoint', endpoint] : undefined,
    ...tokenFacts(request),
    usd === undefined ? undefined : ['Cost', formatUsd(usd)],
    request.partial ? ['Answer', 'cut before its end'] : undefined,
  ])
  return [
    element('h3', {}, 'Where the time went'),
    waterfall(request),
    element('h3', {}, 'What it was'),
    element('dl', { class: 'facts' }, ...facts),
    ...(attempts.length > 0 ? [element('h3', {}, 'Attempts'), attemptTable(attempts)] : []),
  ]
}

/**
 * @param {RequestEntry} request
 * @returns {import('./facts.js').Fact[]}
 */
function tokenFacts({ usage }) {
  if (!usage) return []
  const { promptTokens: prompt, cachedTokens: cached, completionTokens: completion, reasoningTokens: reasoning } = usage
  return [
    prompt === undefined ? undefined : ['Prompt tokens', formatCount(prompt) + part(cached, 'cached')],
    completion === undefined
      ? undefined
      : ['Completion tokens', formatCount(completion) + part(reasoning, 'reasoning')],
  ]
}

/**
 * @param {number | undefined} count
 * @param {string} name
 */
function part(count, name) {
  return count ? `, of which ${name} ${formatCount(count)}` : ''
}

/** @param {NonNullable<RequestEntry['attempts']>} attempts */
function attemptTable(attempts) {
  const heads = ['Endpoint', 'Model', 'Took', 'Result'].map((text, index) =>
    element('th', { scope: 'col', class: index === 2 ? 'is-number' : '' }, text),
  )
  const rows = attempts.map(({ endpoint, model, ms, error }) =>
    element(
      'tr',
      {},
      element('td', {}, endpoint),
      element('td', {}, model),
      element('td', { class: 'is-number' }, formatDuration(ms)),
      element('td', {}, error ? outcomeMark('failed', error) : outcomeMark('answered')),
    ),
  )
  return element(
    'table',
    { class: 'attempts' },
    element('caption', { class: 'visually-hidden' }, 'Attempts, in the order of their end'),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  )
}
