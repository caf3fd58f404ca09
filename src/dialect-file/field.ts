import type { ZodType } from 'zod'
import type { OnProblem } from '../config/layer.js'
import type { Json } from '../plugin/json.js'
import { sdk } from '../plugin/sdk.js'
import { type FieldType, parseType, typeExamples } from './field-type.js'

/** A field of a synapse. */
export type Field = {
  readonly type: FieldType
  /** takes what is absent for its default */
  readonly schema: ZodType
  /** the JSON text of its default; undefined: it is required */
  readonly absent: string | undefined
  readonly example: Json
}

/**
 * Reads how a Python class declares a field, behind its name: `str`, `int = 64`, `Optional[str] = None`.
 *
 * @returns undefined when something was reported
 */
export function parseField(name: string, declaration: unknown, path: string, report: OnProblem): Field | undefined {
  if (typeof declaration !== 'string') {
    report(path, 'must be text', 'write type and default as the class has them, in quotes: "int = 64"')
    return undefined
  }
  const [annotation = '', ...rest] = declaration.split('=')
  const type = parseType(annotation.trim())
  if (!type) {
    report(path, 'has no type that is known here', `use one of ${typeExamples}; a default follows: "int = 64"`)
    return undefined
  }
  const { schema } = type
  if (rest.length === 0) return { type, schema, absent: undefined, example: type.empty === '' ? name : type.empty }

  const absent = jsonOf(rest.join('=').trim())
  const value = parse(absent)
  if (value === undefined) {
    report(path, 'has a default that is no value', 'write None, True, False, or JSON: str = "text", list[str] = []')
    return undefined
  }
  // Many a class says `str = None`, and pydantic does not check a default.
  if (value === null) return { type, schema: sdk.z.nullable(schema).default(null), absent, example: null }
  if (!schema.safeParse(value).success) {
    report(path, `has a default that is no ${type.text}`, 'make the default fit the type, or the type the default')
    return undefined
  }
  return { type, schema: schema.default(value), absent, example: value }
}

/** A literal of Python as JSON: what the two have in common stays as it is, and so does what is none. */
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
