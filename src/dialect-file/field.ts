import { type ZodType, z } from 'zod'
import type { OnProblem } from '../config/layer.js'
import type { Json } from '../plugin/json.js'
import { type FieldType, parseType, typeExamples } from './field-type.js'

/** A field of a synapse. */
export type Field = {
  readonly type: FieldType
  /** replaces an absent value with the default */
  readonly schema: ZodType
  /** the JSON text of the default; undefined when the field is required */
  readonly absent: string | undefined
  readonly example: Json
}

/**
 * Parses a field's declaration in a Python class, without the name: `str`, `int = 64`, `Optional[str] = None`.
 *
 * @returns undefined after reporting a problem
 */
export function parseField(name: string, declaration: unknown, path: string, report: OnProblem): Field | undefined {
  if (typeof declaration !== 'string') {
    report(path, 'must be text', 'copy type and default from the class, in quotes: "int = 64"')
    return undefined
  }
  const [annotation = '', ...rest] = declaration.split('=')
  const type = parseType(annotation.trim())
  if (!type) {
    report(path, 'has an unknown type', `use one of ${typeExamples}; a default comes after it: "int = 64"`)
    return undefined
  }
  const { schema } = type
  if (rest.length === 0) return { type, schema, absent: undefined, example: type.empty === '' ? name : type.empty }

  const absent = jsonOf(rest.join('=').trim())
  const value = parse(absent)
  if (value === undefined) {
    report(path, 'has an invalid default', 'write None, True, False, or JSON: str = "text", list[str] = []')
    return undefined
  }
  // Many classes declare `str = None`, because pydantic does not validate defaults.
  if (value === null) return { type, schema: z.nullable(schema).default(null), absent, example: null }
  if (!schema.safeParse(value).success) {
    report(path, `has a default that is not of type ${type.text}`, 'change the default or the type')
    return undefined
  }
  return { type, schema: schema.default(value), absent, example: value }
}

/** Converts a Python literal to JSON. Leaves text unchanged that is the same in both, or is not a literal. */
function jsonOf(literal: string): string {
  const [, quoted] = /^'([^'\\]*)'$/.exec(literal) ?? []
  return constants.get(literal) ?? (quoted === undefined ? literal : JSON.stringify(quoted))
}

const constants: ReadonlyMap<string, string> = new Map([
  ['None', 'null'],
  ['True', 'true'],
  ['False', 'false'],
])

function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json) as Json
  } catch {
    return undefined
  }
}
