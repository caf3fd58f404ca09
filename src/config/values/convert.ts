import { closest } from '../../text/closest.js'
import type { OnProblem, RawValue } from '../layer.js'
import { itemPath, keyVariants } from '../schema/names.js'
import {
  isPlain,
  isScalar,
  type ListShape,
  type NumberShape,
  type Scalar,
  type Shape,
  type TableShape,
} from '../schema/shape.js'
import { parseUnit } from '../schema/unit.js'
import { isTooDeep } from './depth.js'
import { expected, insteadOf } from './expected.js'

/**
 * Converts a layer's value to what the setting's schema takes: numbers, milliseconds, lists, tables with the declared
 * keys. The schema then checks ranges. Secrets stay as they are written.
 *
 * @returns the value; meaningless when a problem was reported
 */
export function convert(shape: Shape, raw: RawValue, path: string, report: OnProblem): unknown {
  switch (raw.kind) {
    case 'literal':
      // A table for a list gets the hint for JavaScript here: `[[…]]` is TOML only.
      if (shape.kind === 'list' && isTable(raw.value)) return refuse(shape, raw.value, path, report, inBrackets)
      return fromValue(shape, raw.value, path, report)
    case 'value':
      return fromValue(shape, raw.value, path, report)
    case 'variable':
      return fromVariable(shape, raw.text, path, report)
    case 'flag': {
      const [text = '', ...more] = raw.texts
      if (shape.kind === 'list') return fromTexts(shape, raw.texts, path, report)
      return more.length > 0
        ? report(path, 'is given more than once', 'keep only one of them')
        : fromText(shape, text, path, report)
    }
  }
}

function fromVariable(shape: Shape, text: string, path: string, report: OnProblem): unknown {
  const isJson = !isPlain(shape) || (shape.kind === 'list' && text.trimStart().startsWith('['))
  if (isJson) {
    const json = parseJson(text)
    if (!json) return report(path, 'is not valid JSON', 'write it as JSON, or in the configuration file')
    if (isTooDeep(json.value)) return report(path, 'is nested too deeply', 'use at most 100 levels')
    // A table for a list gets the hint for JSON here: `[[…]]` is TOML only.
    if (shape.kind === 'list' && isTable(json.value)) return refuse(shape, json.value, path, report, inBrackets)
    return fromValue(shape, json.value, path, report)
  }
  if (shape.kind !== 'list') return fromText(shape, text, path, report)
  const texts = text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
  if (texts.length === 0) return report(path, 'has only commas', 'write [] for an empty list')
  return fromTexts(shape, texts, path, report)
}

// The parser's message is dropped: it quotes the text, which may hold a secret.
function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function fromTexts({ item }: ListShape, texts: readonly string[], path: string, report: OnProblem): unknown {
  return texts.map((text, index) => fromText(item, text, itemPath(path, index), report))
}

function fromText(shape: Shape, text: string, path: string, report: OnProblem): unknown {
  const trimmed = text.trim()
  switch (shape.kind) {
    case 'text':
      return text
    case 'number':
      return numberFrom(shape, trimmed) ?? (isNone(shape, trimmed) ? null : refuse(shape, text, path, report))
    case 'boolean':
      return parseBoolean(trimmed) ?? refuse(shape, text, path, report)
    default:
      return refuse(shape, text, path, report, 'write it in the configuration file')
  }
}

function fromValue(shape: Shape, value: unknown, path: string, report: OnProblem): unknown {
  if (value === null && shape.nullable) return null
  if (isScalar(shape)) return fromScalar(shape, value, path, report)
  if (shape.kind === 'free') return fromJson(shape, value, path, report)
  if (shape.kind === 'list') {
    const isTables = shape.item.kind === 'table' && isTable(value)
    const brackets = isTables ? `write [[${path}]], with two brackets` : inBrackets
    if (!Array.isArray(value)) return refuse(shape, value, path, report, brackets)
    return value.map((item, index) => fromValue(shape.item, item, itemPath(path, index), report))
  }
  if (!isTable(value)) return refuse(shape, value, path, report)
  return shape.kind === 'table'
    ? fromTable(shape, value, path, report)
    : fromDictionary(shape.value, value, path, report)
}

const inBrackets = 'write it in brackets: [ … ]'

function fromDictionary(shape: Shape, table: Table, path: string, report: OnProblem): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([key, item]) => {
      // zod drops this key silently.
      if (key === '__proto__') report(path, 'has a key that cannot be used: __proto__', 'use another name')
      return [key, fromValue(shape, item, itemPath(path, key), report)]
    }),
  )
}

// Refuses what TOML has and JSON lacks: dates, `nan`, `inf` and integers beyond 2^53.
function fromJson(shape: Shape, value: unknown, path: string, report: OnProblem): unknown {
  if (Array.isArray(value)) return value.map((item, index) => fromJson(shape, item, itemPath(path, index), report))
  if (isTable(value)) return fromDictionary(shape, value, path, report)
  const isJson = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)
  return isJson ? value : refuse(shape, value, path, report, 'write it as text')
}

function fromScalar(shape: Scalar, value: unknown, path: string, report: OnProblem): unknown {
  switch (shape.kind) {
    case 'text':
      if (typeof value === 'string') return value
      return refuse(shape, value, path, report, isTable(value) || Array.isArray(value) ? undefined : 'put it in quotes')
    case 'boolean':
      return typeof value === 'boolean'
        ? value
        : refuse(shape, value, path, report, 'write true or false, without quotes')
    case 'number':
      if (typeof value === 'string' && isNone(shape, value)) return null
      // In a file, a number with a unit may be text or a number; other numbers have no quotes.
      if (shape.unit && (typeof value === 'string' || typeof value === 'number'))
        return parseUnit(shape.unit, String(value)) ?? refuse(shape, String(value), path, report)
      if (typeof value === 'bigint') return report(path, 'is too large', `give at most ${Number.MAX_SAFE_INTEGER}`)
      if (Number.isFinite(value)) return value
      return refuse(
        shape,
        value,
        path,
        report,
        typeof value === 'string' ? 'write a number, without quotes' : undefined,
      )
  }
}

function fromTable({ fields }: TableShape, table: Table, path: string, report: OnProblem): unknown {
  const byKey = new Map([...fields.keys()].flatMap(name => keyVariants(name).map(key => [key, name])))
  const found = new Map<string, unknown>()
  for (const [key, value] of Object.entries(table)) {
    const name = byKey.get(key)
    const field = name === undefined ? undefined : fields.get(name)
    if (name === undefined || !field) {
      const meant = closest(key, byKey.keys())
      report(
        itemPath(path, key),
        'is not a setting',
        meant ? `write ${meant}` : `write one of ${[...fields.keys()].join(', ')}`,
      )
    } else if (found.has(name)) {
      report(itemPath(path, name), 'is given more than once', `keep only one of ${keyVariants(name).join(' and ')}`)
    } else {
      found.set(name, fromValue(field, value, itemPath(path, name), report))
    }
  }
  return Object.fromEntries(found)
}

/** A table of a file, or an object of JSON. */
export type Table = Readonly<Record<string, unknown>>

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function numberFrom({ unit }: NumberShape, text: string): number | undefined {
  return unit ? parseUnit(unit, text) : parseNumber(text)
}

/** Reads a decimal number; undefined for anything else. */
export function parseNumber(text: string): number | undefined {
  const number = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

function isNone(shape: Scalar, text: string): boolean {
  return shape.nullable && text.toLowerCase() === 'none'
}

function refuse(shape: Shape, value: unknown, path: string, report: OnProblem, hint?: string): void {
  report(path, `must be ${expected(shape)}${insteadOf(shape, value)}`, hint)
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

/** Reads `true` `yes` `on` `1` and `false` `no` `off` `0`, in any case; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  return booleans.get(text.trim().toLowerCase())
}
