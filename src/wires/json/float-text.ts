/**
 * A float as Python's `repr` prints it: the shortest digits that read back to the same number, positional from 1e-4
 * to below 1e16 with at least one digit after the point, else with an exponent of at least two digits.
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/(?<=[+-])(?=\d$)/, '0')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
