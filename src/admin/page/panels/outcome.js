/** @import { RequestOutcome } from '../../api.js' */
import { element } from '../element.js'

/** An outcome has a shape of its own, too, for readers who cannot tell its colour from another one. */
const SHAPES = { answered: '●', refused: '▲', failed: '✕', cancelled: '◌' }

/**
 * @param {RequestOutcome} outcome
 * @param {string} [text]
 */
export function outcomeMark(outcome, text = outcome) {
  const shape = element('span', { class: `mark is-${outcome}`, 'aria-hidden': 'true' }, SHAPES[outcome])
  return element('span', { class: 'outcome' }, shape, text)
}
