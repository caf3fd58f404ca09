/**
 * JSON without loss: integers of any size, 64 distinct from 64.0, keys in their original order (a JavaScript object
 * puts integer-like keys first). A repeated key keeps its first position and its last value, as in Python.
 */
export type JsonTree = null | boolean | string | JsonNumber | readonly JsonTree[] | JsonObject

/** A JSON object. */
export type JsonObject = ReadonlyMap<string, JsonTree>

/** A number as its token, for example `64`, `64.0`, `1e3`, `NaN`, `-Infinity`. */
export class JsonNumber {
  readonly token: string

  constructor(token: string) {
    this.token = token
  }

  /** Whether Python parses it as an int: it has no point and no exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.token)
  }
}

/** Returns whether the tree is an array. `Array.isArray` alone does not narrow to `readonly JsonTree[]`. */
export function isArray(tree: JsonTree): tree is readonly JsonTree[] {
  return Array.isArray(tree)
}

/** Returns whether the tree is an object. */
export function isObject(tree: JsonTree | undefined): tree is JsonObject {
  return tree instanceof Map
}
