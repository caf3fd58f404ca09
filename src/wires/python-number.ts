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

// What str.strip() takes off beside what \s knows; headers are latin-1, so there are no other digits than ASCII's.
const SPACE = '[\\s\\x1c-\\x1f\\x85]*'
const DIGITS = '\\d+(?:_\\d+)*'
const INTEGER = new RegExp(`^${SPACE}([+-]?)(${DIGITS})${SPACE}$`)
const FLOAT = new RegExp(
  `^${SPACE}([+-]?)((?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf(?:inity)?|nan)${SPACE}$`,
  'i',
)
