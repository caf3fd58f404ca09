import { floatText } from './python-number.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from './tree.js'

/**
 * The tree of a plain value: what JSON can hold, and bigints. A number without a fraction becomes an integer token;
 * where Python has a float there, use `new JsonNumber('1.0')`, which is kept, as any part that is a tree already.
 *
 * @throws {TypeError} when JSON has no such value, for example a function
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

/** The same of an object, whose keys keep their order. */
export function fieldsOf(value: object): JsonObject {
  return new Map(Object.entries(value).map(([key, item]) => [key, toTree(item)]))
}

function numberTree(value: number): JsonNumber {
  // NaN and Infinity have in Python's JSON the names that String gives them.
  const asItIs = Number.isSafeInteger(value) || !Number.isFinite(value)
  return new JsonNumber(asItIs ? String(value) : floatText(value))
}

/**
 * The plain JavaScript value of a tree, for a schema to look at: a fresh one at each call. Objects have no prototype,
 * so `__proto__` is a key like any other; an integer that a double cannot hold becomes a bigint.
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
