import { closest } from '../../text/closest.js'
import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { isTable, type Table } from '../values/convert.js'
import { loosen } from '../values/loosen.js'
import { ofPlugin, settingTaker } from './file-layer.js'

/**
 * Reads settings from a YAML file, as the Python SDK meant it: keys with dots (`axon.port: 9000`), groups within groups, or
 * both, merged. A text counts as what its setting takes, and an empty value as none. Reports unknown keys, and settings that
 * are given twice.
 */
export function yamlLayer(table: Table, file: string, context: { catalog: Catalog; problems: Problem[] }): Layer {
  const { keys, tables, unread } = context.catalog
  const listed = 'miner config show lists the settings'
  const source = { kind: 'value' as const, originOf: (key: string) => ({ from: 'file' as const, file, key }), listed }
  const { layer, take, report } = settingTaker(source, context)
  for (const [key, value] of entriesOf(table, keys)) {
    const meaning = keys.get(key)
    const [first = ''] = key.split('.', 1)
    if (meaning) {
      const { setting, spelling } = meaning
      if (value === null && (spelling || !setting.shape.nullable)) continue
      take(key, spelling?.value === undefined ? loosen(setting.shape, value) : value)
    } else if (tables.has(key)) {
      if (value !== null) report('INVALID_VALUE', key, 'must be a group', `write its settings as ${key}.NAME: VALUE`)
    } else if (!unread.has(first)) {
      report('UNKNOWN_KEY', key, 'is not a setting', hintFor(key, { keys, tables, unread, listed }))
    }
  }
  return layer
}

/** The settings of a table, with the names of their groups before them. A table that is itself a setting stays whole. */
function* entriesOf(table: Table, keys: Catalog['keys'], prefix = ''): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const key = `${prefix}${name}`
    if (isTable(value) && !keys.has(key)) yield* entriesOf(value, keys, `${key}.`)
    else yield [key, value]
  }
}

type Names = Pick<Catalog, 'keys' | 'tables' | 'unread'> & { readonly listed: string }

function hintFor(key: string, { keys, tables, unread, listed }: Names): string {
  const home = key.includes('.') ? undefined : [...tables].find(table => keys.has(`${table}.${key}`))
  if (home) return `write ${home}.${key}`
  const meant = closest(key, keys.keys())
  if (meant) return `write ${meant}`
  const [first = '', ...rest] = key.split('.')
  const isGroup = rest.length > 0 && !tables.has(first) && !closest(first, [...tables, ...unread])
  return isGroup ? `remove it, or ${ofPlugin}` : listed
}
