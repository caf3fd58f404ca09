/**
 * JSON without loss: integers of any size, 64 apart from 64.0, keys in the order they came (a JavaScript object
 * would put digit-like ones first). A repeated key keeps its first place and its last value, as in Python.
 */
export type JsonTree = null | boolean | string | JsonNumber | readonly JsonTree[] | JsonObject

export type JsonObject = ReadonlyMap<string, JsonTree>

/** A number by its token, for example `64`, `64.0`, `1e3`, `NaN`, `-Infinity`. */
export class JsonNumber {
  readonly token: string

  constructor(token: string) {
    this.token = token
  }

  /** An int in Python's eyes: no point, no exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.token)
  }
}

/** An array has the wide type `readonly JsonTree[]`, which `Array.isArray` does not narrow to. */
export function isArray(tree: JsonTree): tree is readonly JsonTree[] {
  return Array.isArray(tree)
}

/** An object. */
export function isObject(tree: JsonTree | undefined): tree is JsonObject {
  return tree instanceof Map
}
