import { floatText } from './python-number.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from './tree.js'

/**
 * Converts a plain value (any JSON value, and bigints) to a tree. A number without a fraction becomes an integer token;
 * where Python has a float, pass `new JsonNumber('1.0')`. Parts that are trees already are kept.
 *
 * @throws {TypeError} when JSON cannot express the value, for example a function
 */
export function toTree(value: unknown): JsonTree {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof JsonNumber) return value
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [String(key), toTree(item)]))
  if (typeof value === 'bigint') return new JsonNumber(String(value))
  if (typeof value === 'number') return numberTree(value)
  if (Array.isArray(value)) return value.map(toTree)
  if (typeof value === 'object') return fieldsOf(value)
  throw new TypeError(`JSON has no ${typeof value}`)
}

/** Converts an object to a tree, as {@link toTree} does. Keys keep their order. */
export function fieldsOf(value: object): JsonObject {
  return new Map(Object.entries(value).map(([key, item]) => [key, toTree(item)]))
}

function numberTree(value: number): JsonNumber {
  // Python's JSON spells NaN and Infinity as String does.
  const isSpelledAlike = Number.isSafeInteger(value) || !Number.isFinite(value)
  return new JsonNumber(isSpelledAlike ? String(value) : floatText(value))
}

/**
 * Converts a tree to a plain JavaScript value, for a schema to parse. Returns a fresh value on each call. Objects have
 * no prototype, so `__proto__` is an ordinary key; an integer that a double cannot hold becomes a bigint.
 */
export function toPlain(tree: JsonTree): unknown {
  if (tree instanceof JsonNumber) return numberOf(tree)
  if (isArray(tree)) return tree.map(toPlain)
  if (isObject(tree)) {
    const plain = Object.create(null)
    for (const [key, value] of tree) plain[key] = toPlain(value)
    return plain
  }
  return tree
}

function numberOf(number: JsonNumber): number | bigint {
  const value = Number(number.token)
  if (!number.isInteger) return value
  return Number.isSafeInteger(value) ? value + 0 : BigInt(number.token)
}
