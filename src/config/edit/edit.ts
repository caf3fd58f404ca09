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
  /** the new value as a file holds it; undefined removes the key */
  readonly value: unknown
}

/** Returns the spelling of the key that a table has; undefined when it has none of them. */
export function presentKey(table: Table, keys: readonly string[]): string | undefined {
  return keys.find(key => Object.hasOwn(table, key))
}

/** Returns what a file holds after a change. */
export function edited(table: Table, { section, keys, value }: Edit): Table {
  const own = section === '' ? table : table[section]
  const before = isTable(own) ? own : {}
  const key = presentKey(before, keys) ?? keys[0]!
  const others = Object.fromEntries(Object.entries(before).filter(([name]) => name !== key))
  const after = value === undefined ? others : { ...others, [key]: value }
  if (section === '') return after
  return own === undefined && value === undefined ? table : { ...table, [section]: after }
}

/** Returns what a table holds after a change of the value at a path. */
export function editedAt(table: Table, [key = '', ...rest]: readonly string[], value: unknown): Table {
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
