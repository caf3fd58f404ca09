import { closest, closestAfter } from '../../text/closest.js'
import { escapeName } from '../../text/escape.js'
import type { Layer, LayerValue } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { isTable, type Table } from '../values/convert.js'
import { settingHint } from '../values/hint.js'
import { resolveAlias } from './alias.js'

/** Finds settings in a file's top table. Problems: keys and tables that nobody knows, and keys that are there twice. */
export function fileLayer(
  table: Table,
  file: string,
  { catalog, problems }: { catalog: Catalog; problems: Problem[] },
): Layer {
  const layer = new Map<string, LayerValue>()
  const { keys, tables, unread } = catalog

  for (const [name, value] of Object.entries(table)) {
    if (!name.includes('.') && keys.has(name)) take(name, value)
    else if (tables.has(name) && isTable(value))
      for (const [key, inner] of Object.entries(value)) take(`${name}.${key}`, inner)
    else if (tables.has(name)) complain('INVALID_VALUE', name, 'must be a table', `write [${name}] above its keys`)
    else if (!unread.has(name)) complain('UNKNOWN_KEY', name, 'is not a setting', adviceAtTop(name, value))
  }
  return layer

  function take(key: string, value: unknown): void {
    const meaning = keys.get(key)
    if (!meaning) {
      const meant = closestAfter(key.slice(0, key.indexOf('.') + 1), key, keys.keys())
      complain('UNKNOWN_KEY', key, 'is not a setting', meant ? `use ${meant}` : listed)
    } else if (layer.has(meaning.setting.path)) {
      const hint = `leave one of ${meaning.setting.fileKeys.join(' and ')}`
      complain('GIVEN_TWICE', key, 'is given more than once', hint)
    } else {
      const { setting, spelling } = meaning
      const said = spelling
        ? resolveAlias(spelling, value, words =>
            complain('INVALID_VALUE', key, words, settingHint(setting, { message: words })),
          )
        : value
      if (said !== undefined) layer.set(setting.path, { raw: { kind: 'value', value: said }, origin: originOf(key) })
    }
  }

  function adviceAtTop(name: string, value: unknown): string {
    const dot = name.indexOf('.')
    const table = name.slice(0, Math.max(0, dot))
    if (keys.has(name) || unread.has(table)) return `write it as ${escapeName(name.slice(dot + 1))} under [${table}]`
    const home = isTable(value) ? undefined : [...tables].find(table => keys.has(`${table}.${name}`))
    if (home) return `put it under [${home}]`
    const meant = closest(
      name,
      [...tables, ...unread, ...keys.keys()].filter(other => !other.includes('.')),
    )
    if (meant) return `use ${meant}`
    return isTable(value) ? `remove it, or ${ofPlugin}` : listed
  }

  function complain(code: Problem['code'], key: string, words: string, hint: string): void {
    problems.push({ code, message: `${escapeName(key)} ${words}`, origin: originOf(key), hint })
  }

  function originOf(key: string): Origin {
    return { from: 'file', file, key: escapeName(key) }
  }
}

const listed = 'miner config show lists the settings'
/** A table, or a variable, may be left behind by a miner that is gone. */
export const ofPlugin = 'install the plugin whose miner it sets: miner plugins:install PACKAGE'
