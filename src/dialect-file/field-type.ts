import { type ZodType, z } from 'zod'
import type { Json } from '../plugin/json.js'

/** The type of a field, as annotated in a Python class. */
export type FieldType = {
  /** for example `list[str] | None` */
  readonly text: string
  readonly schema: ZodType
  /** the same as JSON Schema, which tells a model how to write a value */
  readonly json: { readonly [key: string]: Json }
  /** an empty value of this type */
  readonly empty: Json
}

/** Examples of supported types, for messages. */
export const typeExamples = 'str, int, float, bool, list[str], dict, dict[str, int], Any, str | None'

/** Parses a Python annotation: `str`, `list[dict]`, `Optional[float]`, `int | None`. Undefined when unsupported. */
export function parseType(text: string): FieldType | undefined {
  // Longer than any real annotation. The bound limits nesting, because each level takes a stack frame.
  if (text.length > 200) return undefined
  const tokens = text.match(/[\w.]+|\S/g) ?? []
  const type = unionOf(tokens)
  return tokens.length === 0 ? type : undefined
}

/** Consumes `A | B` from the front of the tokens. */
function unionOf(tokens: string[]): FieldType | undefined {
  const branches = [termOf(tokens)]
  while (tokens[0] === '|') {
    tokens.shift()
    branches.push(termOf(tokens))
  }
  return either(branches)
}

/** Consumes `name` or `name[A, B]`. */
function termOf(tokens: string[]): FieldType | undefined {
  const name = (tokens.shift() ?? '').replace(/^typing\./, '')
  const inner = tokens[0] === '[' ? bracketsOf(tokens) : []
  if (inner?.includes(undefined)) return undefined
  const [first = any, second = any, ...more] = (inner ?? []) as readonly FieldType[]
  const count = inner?.length ?? -1
  switch (name) {
    case 'list':
    case 'List':
      return count === 0 || count === 1 ? listOf(first, count) : undefined
    case 'dict':
    case 'Dict':
      return count === 0 || (count === 2 && first === str) ? dictOf(second, count) : undefined
    case 'Optional':
      return count === 1 ? either([first, none]) : undefined
    case 'Union':
      return count > 0 ? either([first, ...(count > 1 ? [second] : []), ...more]) : undefined
    default:
      return count === 0 ? scalars.get(name) : undefined
  }
}

/** Consumes `[A, B]`; undefined without the closing bracket. */
function bracketsOf(tokens: string[]): readonly (FieldType | undefined)[] | undefined {
  const types: (FieldType | undefined)[] = []
  do {
    tokens.shift()
    types.push(unionOf(tokens))
  } while (tokens[0] === ',')
  return tokens.shift() === ']' ? types : undefined
}

const str: FieldType = { text: 'str', schema: z.string(), json: { type: 'string' }, empty: '' }
const none: FieldType = { text: 'None', schema: z.null(), json: { type: 'null' }, empty: null }
const any: FieldType = {
  text: 'Any',
  schema: z.custom(value => value !== undefined, 'Invalid input: expected a value'),
  json: {},
  empty: null,
}
const scalars: ReadonlyMap<string, FieldType> = new Map(
  [
    str,
    none,
    any,
    // An integer that a double cannot hold arrives as a bigint.
    { text: 'int', schema: z.union([z.int(), z.bigint()]), json: { type: 'integer' }, empty: 0 },
    { text: 'float', schema: z.number(), json: { type: 'number' }, empty: 0 },
    { text: 'bool', schema: z.boolean(), json: { type: 'boolean' }, empty: false },
  ].map(type => [type.text, type]),
)

function listOf(item: FieldType, count: number): FieldType {
  return {
    text: count === 0 ? 'list' : `list[${item.text}]`,
    schema: z.array(item.schema),
    json: { type: 'array', items: item.json },
    empty: [],
  }
}

function dictOf(value: FieldType, count: number): FieldType {
  return {
    text: count === 0 ? 'dict' : `dict[str, ${value.text}]`,
    schema: z.record(z.string(), value.schema),
    json: { type: 'object', additionalProperties: value.json },
    empty: {},
  }
}

function either(branches: readonly (FieldType | undefined)[]): FieldType | undefined {
  const types = branches.filter(type => type !== undefined)
  const [first] = types
  if (types.length < branches.length || !first) return undefined
  if (types.length === 1) return first
  return {
    text: types.map(({ text }) => text).join(' | '),
    schema: z.union(types.map(({ schema }) => schema)),
    json: { anyOf: types.map(({ json }) => json) },
    empty: types.includes(none) ? null : first.empty,
  }
}
