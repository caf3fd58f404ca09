import { closest } from '../../text/closest.js'
import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import type { Spelling } from '../schema/spelling.js'
import { isTable, parseBoolean, type Table } from '../values/convert.js'
import { loosen } from '../values/loosen.js'
import { isOutranked } from './alias.js'
import { ofPlugin, settingTaker } from './file-layer.js'

/**
 * Reads settings from a YAML file, as the Python SDK meant it: keys with dots (`axon.port: 9000`), groups within groups, or
 * both, merged. A text counts as what its setting takes, and an empty value as none. Reports unknown keys, and settings that
 * are given twice.
 */
export function yamlLayer(table: Table, file: string, context: { catalog: Catalog; problems: Problem[] }): Layer {
  const catalog = withOldKeys(context.catalog)
  const { keys, tables, unread, unreadOld, gone } = catalog
  const listed = 'miner config show lists the settings'
  const source = { kind: 'value' as const, originOf: (key: string) => ({ from: 'file' as const, file, key }), listed }
  const entries = yamlEntries(table, context.catalog)
  const givenAs = (name: string) => textIn(entries, name)
  const isOn = (spelling: Spelling) => parseBoolean(givenAs(spelling.key ?? '') ?? '') === true
  const { layer, take, report } = settingTaker(source, { ...context, catalog }, givenAs)
  for (const [key, value] of entries) {
    const meaning = keys.get(key)
    const [first = ''] = key.split('.', 1)
    if (meaning) {
      const { setting, spelling } = meaning
      if (value === null && (spelling || !setting.shape.nullable)) continue
      if (spelling && isOutranked(spelling, setting.spellings, isOn)) continue
      take(key, spelling?.value === undefined ? loosen(setting.shape, value) : value)
    } else if (tables.has(key)) {
      if (value !== null) report('INVALID_VALUE', key, 'must be a group', `write its settings as ${key}.NAME: VALUE`)
    } else if (!unread.has(first) && !unreadOld.has(key) && !gone.some(({ flag }) => flag === key)) {
      report('UNKNOWN_KEY', key, 'is not a setting', hintFor(key, { ...catalog, listed }))
    }
  }
  return layer
}

/** Returns the values of a file by their keys: of a setting, of an old name, or of what is unknown. */
export function yamlEntries(table: Table, catalog: Catalog): readonly (readonly [string, unknown])[] {
  return [...entriesOf(table, withOldKeys(catalog).keys)]
}

function withOldKeys(catalog: Catalog): Catalog {
  return { ...catalog, keys: new Map([...catalog.oldKeys, ...catalog.keys]) }
}

function textIn(entries: readonly (readonly [string, unknown])[], name: string): string | undefined {
  const value = entries.find(([key]) => key === name)?.[1]
  return value === undefined || value === null ? undefined : String(value)
}

/** The settings of a table, with the names of their groups before them. A table that is itself a setting stays whole. */
function* entriesOf(table: Table, keys: Catalog['keys'], prefix = ''): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const key = `${prefix}${name}`
    if (isTable(value) && !keys.has(key)) yield* entriesOf(value, keys, `${key}.`)
    else yield [key, value]
  }
}

function hintFor(key: string, names: Catalog & { readonly listed: string }): string {
  const { keys, tables, unread, listed } = names
  const home = key.includes('.') ? undefined : [...tables].find(table => keys.has(`${table}.${key}`))
  if (home) return `write ${home}.${key}`
  const meant = closest(key, keys.keys())
  if (meant) return `write ${meant}`
  const [first = '', ...rest] = key.split('.')
  if (oldGroups(names).has(first)) return 'remove it: no name of the Python SDK that is read here is like it'
  const isGroup = rest.length > 0 && !tables.has(first) && !closest(first, [...tables, ...unread])
  return isGroup ? `remove it, or ${ofPlugin}` : listed
}

/** The groups of the Python SDK that are not tables here, such as `wandb`. */
function oldGroups({ keys, tables, unreadOld, gone }: Catalog): ReadonlySet<string> {
  const names = [...keys.keys(), ...unreadOld, ...gone.flatMap(({ flag }) => flag ?? [])]
  const groups = names.filter(name => name.includes('.')).map(name => name.split('.', 1)[0]!)
  return new Set(groups.filter(group => !tables.has(group)))
}
