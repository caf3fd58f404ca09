import { isDeepStrictEqual } from 'node:util'
import { isTable, type Table } from '../values/convert.js'

/** A change of one setting in a configuration file. */
export type Edit = {
  /** the table that holds the key; empty at the top */
  readonly section: string
  /** the spellings of the key, the one that a new line gets first: `maxTokens` and `max_tokens` */
  readonly keys: readonly string[]
  /** other names that a YAML file may have it under, with those of their groups: `axon.max_workers` */
  readonly oldKeys?: readonly string[]
  /** the keys below it, when the change is of a part of its value: `['gpt-4.1']` in `prices` */
  readonly within?: readonly string[]
  /** the new value as a file holds it; undefined removes the key */
  readonly value: unknown
}

/** Returns the spelling of the key that a table has; undefined when it has none of them. */
export function presentKey(table: Table, keys: readonly string[]): string | undefined {
  return keys.find(key => Object.hasOwn(table, key))
}

/** Returns the keys that lead to what is changed, in the spelling that the file has. */
export function editedPath(table: Table, { section, keys, within = [] }: Omit<Edit, 'value'>): readonly string[] {
  const own = section === '' ? table : table[section]
  const key = (isTable(own) && presentKey(own, keys)) || keys[0]!
  return [...(section === '' ? [] : [section]), key, ...within]
}

/** Returns whether a table has a value at a path. */
export function hasAt(table: Table, [first = '', ...rest]: readonly string[]): boolean {
  if (!Object.hasOwn(table, first)) return false
  const inner = table[first]
  return rest.length === 0 || (isTable(inner) && hasAt(inner, rest))
}

/** Returns what a table holds after a change of the value at a path; undefined removes it. */
export function editedAt(table: Table, path: readonly string[], value: unknown): Table {
  if (value === undefined && !hasAt(table, path)) return table
  const [key = '', ...rest] = path
  const inner = table[key]
  const after = rest.length === 0 ? value : editedAt(isTable(inner) ? inner : {}, rest, value)
  const others = Object.fromEntries(Object.entries(table).filter(([name]) => name !== key))
  return after === undefined ? others : { ...others, [key]: after }
}

/**
 * Returns where a key with the names of its groups stands: `axon.port` as `['axon.port']` or as `['axon', 'port']`. Undefined
 * when a table does not have it.
 */
export function pathOf(table: Table, key: string): readonly string[] | undefined {
  if (Object.hasOwn(table, key)) return [key]
  for (const [name, inner] of Object.entries(table)) {
    const rest = key.startsWith(`${name}.`) && isTable(inner) && pathOf(inner, key.slice(name.length + 1))
    if (rest) return [name, ...rest]
  }
  return undefined
}

/** Returns whether two tables hold the same, whatever the prototypes of their tables are. */
export function isSameTable(one: Table, other: Table): boolean {
  return isDeepStrictEqual(plain(one), plain(other))
}

// Parsers make tables without a prototype, and dates of classes of their own.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Date) return value.toISOString()
  if (!isTable(value)) return value
  return new Map(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

/** Returns the texts of `before` that `after` lacks, each as often as it lacks it. */
export function lostTexts(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...after]
  return before.filter(text => {
    const at = left.indexOf(text)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}
