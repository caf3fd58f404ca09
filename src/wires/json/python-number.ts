/**
 * Parses an integer as Python's `int(text)` does: with surrounding spaces, a sign, leading zeros, and single
 * underscores between digits.
 *
 * @returns null where Python raises ValueError, which includes more than 4300 digits
 */
export function pythonInt(text: string): bigint | null {
  const [, sign, digits] = INTEGER.exec(text) ?? []
  if (digits === undefined) return null
  const plain = digits.replaceAll('_', '')
  if (plain.length > 4300) return null
  return BigInt(plain) * (sign === '-' ? -1n : 1n)
}

/**
 * Parses a number as Python's `float(text)` does: as `pythonInt`, and fractions, exponents, `inf`, `infinity`, `nan`.
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

// Python's number parsers do not treat U+001C to U+001F as space, which str.strip() does; and unlike \s they treat
// U+0085 as space but not U+FEFF. Python's digits beyond ASCII are omitted, because headers are latin-1.
const SPACE = '\\p{White_Space}*'
const DIGITS = '\\d+(?:_\\d+)*'
const INTEGER = new RegExp(`^${SPACE}([+-]?)(${DIGITS})${SPACE}$`, 'u')
const FLOAT = new RegExp(
  `^${SPACE}([+-]?)((?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf(?:inity)?|nan)${SPACE}$`,
  'iu',
)

/**
 * Formats a float as Python's `repr` does: the shortest digits that parse to the same number, positional from 1e-4 to
 * below 1e16 with at least one digit after the point, otherwise with an exponent of at least two digits.
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (value !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/(?<=[+-])(?=\d$)/, '0')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
