import { median } from './starts.js'

/**
 * Compares two servers whose rounds alternated.
 *
 * @param rounds a figure by round; `bases`: that of the other server
 * @returns `value`: the ratio of the medians; `low` and `high`: the quartiles of the ratios round by round
 */
export function ratioOf(rounds, bases) {
  const ratios = rounds.map((figure, round) => figure / bases[round]).toSorted((one, other) => one - other)
  const quarter = Math.floor(ratios.length / 4)
  return { value: median(rounds) / median(bases), low: ratios[quarter], high: ratios.at(-1 - quarter) }
}

/** As `0.95 (0.91 to 1.02)`. */
export function shown({ value, low, high }) {
  const [middle, from, to] = [value, low, high].map(number => Number(number.toPrecision(3)))
  return from === to ? String(middle) : `${middle} (${from} to ${to})`
}
