import { element } from '../element.js'

/** @typedef {readonly [term: string | Node, fact: string | Node] | undefined} Fact */

/**
 * The pairs of a list of facts: a term, and what it is.
 *
 * @param {readonly Fact[]} facts undefined ones are left out
 */
export function factPairs(facts) {
  return facts.flatMap(fact =>
    fact ? [element('div', {}, element('dt', {}, fact[0]), element('dd', {}, fact[1]))] : [],
  )
}

/**
 * A bar that shows how much of something is used.
 *
 * @param {number} share 0 to 1; more is shown as all
 * @param {string} label
 */
export function meter(share, label) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  const level = share >= 1 ? 'full' : share >= 0.8 ? 'high' : 'low'
  const bar = element('div', {
    class: `meter is-${level}`,
    role: 'meter',
    'aria-label': label,
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    'aria-valuenow': String(percent),
  })
  bar.style.setProperty('--share', `${percent}%`)
  return bar
}
