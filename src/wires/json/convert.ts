import { floatText } from './float-text.js'
import { JsonNumber, type JsonObject, type JsonTree } from './tree.js'

/**
 * The tree of a plain value: what JSON can hold, and bigints. A number without a fraction becomes an integer token;
 * where Python has a float there, use `new JsonNumber('1.0')`, which is kept, as any part that is a tree already.
 *
 * @throws {TypeError} when JSON has no such value, for example a function
 */
export function treeOf(value: unknown): JsonTree {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof JsonNumber) return value
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [String(key), treeOf(item)]))
  if (typeof value === 'bigint') return new JsonNumber(String(value))
  if (typeof value === 'number') return numberTree(value)
  if (Array.isArray(value)) return value.map(treeOf)
  if (typeof value === 'object') return fieldsOf(value)
  throw new TypeError(`JSON has no ${typeof value}`)
}

/** The same of an object, whose keys keep their order. */
export function fieldsOf(value: object): JsonObject {
  return new Map(Object.entries(value).map(([key, item]) => [key, treeOf(item)]))
}

function numberTree(value: number): JsonNumber {
  // NaN and Infinity have in Python's JSON the names that String gives them.
  const asItIs = Number.isSafeInteger(value) || !Number.isFinite(value)
  return new JsonNumber(asItIs ? String(value) : floatText(value))
}
