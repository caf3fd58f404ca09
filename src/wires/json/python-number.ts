/**
 * The integer that Python's `int(text)` reads: spaces around it, a sign, leading zeros, single underscores between
 * digits.
 *
 * @returns null where Python raises ValueError, also for more than 4300 digits
 */
export function pythonInt(text: string): bigint | null {
  const [, sign, digits] = INTEGER.exec(text) ?? []
  if (digits === undefined) return null
  const plain = digits.replaceAll('_', '')
  if (plain.length > 4300) return null
  return BigInt(plain) * (sign === '-' ? -1n : 1n)
}

/**
 * The number that Python's `float(text)` reads: as `pythonInt`, and fractions, exponents, `inf`, `infinity`, `nan`.
 *
 * @returns null where Python raises ValueError
 */
export function pythonFloat(text: string): number | null {
  const [, sign, size] = FLOAT.exec(text) ?? []
  if (size === undefined) return null
  const factor = sign === '-' ? -1 : 1
  if (/^i/i.test(size)) return factor * Number.POSITIVE_INFINITY
  if (/^n/i.test(size)) return Number.NaN
  return factor * Number(size.replaceAll('_', ''))
}

// Unlike str.strip(), Python's numbers do not take U+001C to U+001F for space; unlike \s, not U+FEFF, but U+0085. Its
// digits beyond ASCII are left out: headers are latin-1, which has none.
const SPACE = '\\p{White_Space}*'
const DIGITS = '\\d+(?:_\\d+)*'
const INTEGER = new RegExp(`^${SPACE}([+-]?)(${DIGITS})${SPACE}$`, 'u')
const FLOAT = new RegExp(
  `^${SPACE}([+-]?)((?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf(?:inity)?|nan)${SPACE}$`,
  'iu',
)

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
