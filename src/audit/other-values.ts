import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../wires/json/tree.js'

/**
 * Returns another value for each field, of the same type, with which the axon still takes the question. A field for which
 * none is found is left out.
 *
 * @param accepts whether the axon's schema takes these fields
 */
export function otherValues(fields: JsonObject, accepts: (fields: JsonObject) => boolean): JsonObject {
  return new Map(
    [...fields].flatMap(([name, value]) => {
      const other = variants(value).find(one => accepts(new Map([...fields, [name, one]])))
      return other === undefined ? [] : [[name, other] as const]
    }),
  )
}

/** Returns other values of the same type, the likeliest first. */
function variants(value: JsonTree): readonly JsonTree[] {
  if (value === null) return []
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'string')
    return ROLES.has(value) ? [value === 'user' ? 'system' : 'user'] : [`${value} (altered)`]
  if (value instanceof JsonNumber) return [value.isInteger ? String(BigInt(value.token) + 1n) : '0.5'].map(number)
  if (isArray(value)) return value.length === 0 ? [] : variants(value[0]!).map(first => [first, ...value.slice(1)])
  return isObject(value) ? variantsOf(value) : []
}

/** Returns the object with another value of one member each. */
function variantsOf(object: JsonObject): readonly JsonTree[] {
  return [...object].flatMap(([name, value]) => variants(value).map(other => new Map([...object, [name, other]])))
}

/** Who speaks in a conversation: miners refuse other words there. */
const ROLES: ReadonlySet<string> = new Set(['user', 'system', 'assistant'])

function number(token: string): JsonNumber {
  return new JsonNumber(token)
}
