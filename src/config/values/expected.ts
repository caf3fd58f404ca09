import { quote } from '../../text/escape.js'
import { shellWord } from '../../text/shell-word.js'
import { isPlainAddress, redact } from '../redact.js'
import type { Setting } from '../schema/setting.js'
import { type Bound, isScalar, type NumberShape, type Shape } from '../schema/shape.js'
import { printUnit, unitExamples } from '../schema/unit.js'

/** Describes the kind of value that a setting takes; follows "must be": `a whole number` · `one of chat, completions`. */
export function expected(shape: Shape): string {
  const kind = expectedKind(shape)
  return shape.nullable && shape.kind === 'number' ? `${kind}, or none` : kind
}

/** Describes the allowed numbers, unless all are; follows "must be": `between 0 and 2` · `at least 1s`. */
export function expectedRange(shape: Shape): string | undefined {
  if (shape.kind !== 'number') return undefined
  const range = rangeOf(shape)
  return range && shape.nullable ? `${range}, or none` : range
}

/** Describes the values allowed within their kind, unless all are: a range, choices, or the ways to give a secret. */
export function allowed(shape: Shape): string | undefined {
  if (shape.kind === 'list') return allowed(shape.item)
  if (shape.kind === 'text' && shape.secret) return 'the secret, env:NAME or file:PATH'
  const isChoice = (shape.kind === 'text' || shape.kind === 'number') && shape.choices.length > 0
  return isChoice ? expected(shape) : expectedRange(shape)
}

/**
 * Names the value that was found instead, for the end of a message: `, not "hot"`. For a secret, a URL (unless it
 * surely holds none) or a table it names the kind only.
 */
export function insteadOf(shape: Shape, value: unknown): string {
  const found = kindOf(value)
  if (isScalar(shape) && (shape.kind !== 'text' || !(shape.secret || shape.url))) {
    if (typeof value === 'string') return `, not ${quote(value)}`
    if (typeof value === 'number' && shape.kind === 'number' && shape.unit)
      return `, not ${printUnit(shape.unit, value)}`
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `, not ${value}`
  }
  if (shape.kind === 'text' && !shape.secret && typeof value === 'string' && isPlainAddress(value))
    return `, not ${quote(value)}`
  return shape.kind === 'text' && found === 'text' ? '' : `, not ${found}`
}

function expectedKind(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      if (shape.choices.length > 0) return oneOf(shape.choices) + (shape.url ? ' or a URL' : '')
      return shape.url ? 'a URL' : 'text'
    case 'number':
      if (shape.choices.length > 0) return oneOf(shape.choices)
      if (shape.unit) return `a ${shape.unit} such as ${unitExamples[shape.unit]}`
      return shape.whole ? 'a whole number' : 'a number'
    case 'boolean':
      return 'true or false'
    case 'list':
      return 'a list'
    case 'table':
    case 'dictionary':
      return 'a table'
    case 'free':
      return 'a JSON value'
  }
}

function oneOf(choices: readonly (string | number)[]): string {
  return choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`
}

function rangeOf({ min, max, unit }: NumberShape): string | undefined {
  const print = ({ at }: Bound) => (unit ? printUnit(unit, at) : String(at))
  if (min && max && !min.open && !max.open) return `between ${print(min)} and ${print(max)}`
  const words = [
    min && `${min.open ? 'above' : 'at least'} ${print(min)}`,
    max && `${max.open ? 'below' : 'at most'} ${print(max)}`,
  ].filter(word => word !== undefined)
  return words.length > 0 ? words.join(' and ') : undefined
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
    case 'bigint':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'undefined':
      return 'undefined'
    default:
      return value === null ? 'null' : 'a table'
  }
}

/** Returns a setting's default as an operator types it behind the flag; undefined when it has none, or an empty one. */
export function defaultText(setting: Setting): string | undefined {
  const value = redact(setting, setting.default)
  if (value === undefined || value === null || value === '') return undefined
  if (Array.isArray(value) && value.every(item => typeof item !== 'object')) return value.join(' ') || undefined
  if (typeof value === 'object') return Object.keys(value).length === 0 ? undefined : JSON.stringify(value)
  return String(value)
}

/**
 * Returns a flag with a value that its setting takes, as a shell reads it: the first of the setting's `examples`, else its
 * default, else one of its kind. A list's flag is repeated, since that works on every command.
 *
 * @param flag with its dashes
 */
export function flagExample(setting: Setting, flag: string): string {
  const examples = setting.schema.meta()?.examples
  const values = Array.isArray(examples) ? [examples[0]].flat() : defaultItems(setting)
  const words = values.length > 0 ? values.map(valueWord) : [exampleOf(setting)]
  return words.map(word => `${flag} ${word}`).join(' ')
}

/** Returns a value of an entry, as a shell reads it, for a setting that is a table: that of its first example. */
export function entryExample({ schema, shape }: Setting): string {
  const [example] = (schema.meta()?.examples ?? []) as readonly unknown[]
  const [value] = typeof example === 'object' && example !== null ? Object.values(example) : []
  if (value !== undefined) return valueWord(value)
  return exampleOfShape(shape.kind === 'dictionary' ? shape.value : shape)
}

function valueWord(value: unknown): string {
  return shellWord(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/** The items of a list's default. */
function defaultItems(setting: Setting): readonly unknown[] {
  const value = setting.shape.kind === 'list' ? redact(setting, setting.default) : undefined
  return Array.isArray(value) && value.every(item => typeof item !== 'object') ? value : []
}

function exampleOf({ shape, ...setting }: Setting): string {
  const text = shape.kind === 'list' ? undefined : defaultText({ shape, ...setting })
  return text !== undefined && !/\s/.test(text) ? text : exampleOfShape(shape)
}

function exampleOfShape(shape: Shape): string {
  switch (shape.kind) {
    case 'list':
      return exampleOfShape(shape.item)
    case 'boolean':
      return 'true'
    case 'number':
      if (shape.choices.length > 0) return String(shape.choices[0])
      if (shape.min && !shape.min.open) return shape.unit ? printUnit(shape.unit, shape.min.at) : String(shape.min.at)
      return shape.unit ? unitExamples[shape.unit].split(',', 1)[0]! : '1'
    case 'text':
      return shape.choices[0] ?? (shape.url ? 'http://127.0.0.1:8000' : '"…"')
    default:
      return '…'
  }
}
