import { isArray, isObject, JsonNumber, type JsonTree } from './tree.js'

/**
 * The plain JavaScript value of a tree, for a schema to look at: a fresh one at each call. Objects have no prototype,
 * so `__proto__` is a key like any other; an integer that a double cannot hold becomes a bigint.
 */
export function plainOf(tree: JsonTree): unknown {
  if (tree instanceof JsonNumber) return numberOf(tree)
  if (isArray(tree)) return tree.map(plainOf)
  if (isObject(tree)) {
    const plain = Object.create(null)
    for (const [key, value] of tree) plain[key] = plainOf(value)
    return plain
  }
  return tree
}

function numberOf(number: JsonNumber): number | bigint {
  const value = Number(number.token)
  if (!number.isInteger) return value
  return Number.isSafeInteger(value) ? value + 0 : BigInt(number.token)
}
