import { closest, closestAfter } from '../../text/closest.js'
import { escapeName } from '../../text/escape.js'
import type { Layer, LayerValue, RawValue } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { isTable, type Table } from '../values/convert.js'
import { settingHint } from '../values/hint.js'
import { impliedBy, resolveAlias } from './alias.js'

/** Where a top table stands: its origins, the form of its values, and how hints speak of it. */
export type TableSource = {
  readonly kind: 'value' | 'literal'
  originOf(key: string): Origin
  /** where a key of the table with this name stands; follows "put it" */
  under(table: string): string
  /** how to write a table of this name */
  asTable(name: string): string
  /** what lists the settings */
  readonly listed: string
  /** what else could be meant by an unknown table */
  readonly ofPlugin: string
}

/** Reads settings from a file's top table. */
export function fileLayer(table: Table, file: string, context: { catalog: Catalog; problems: Problem[] }): Layer {
  return tableLayer(
    table,
    {
      kind: 'value',
      originOf: key => ({ from: 'file', file, key }),
      under: name => `under [${name}]`,
      asTable: name => `write [${name}] above its keys`,
      listed: 'miner config show lists the settings',
      ofPlugin,
    },
    context,
  )
}

/** Reads settings from a top table. Reports unknown keys and tables, and settings that are given twice. */
export function tableLayer(
  table: Table,
  source: TableSource,
  context: { catalog: Catalog; problems: Problem[] },
): Layer {
  const { keys, tables, unread } = context.catalog
  const { layer, take, report } = settingTaker(source, context)

  for (const [name, value] of Object.entries(table)) {
    if (!name.includes('.') && keys.has(name)) take(name, value)
    else if (tables.has(name) && isTable(value))
      for (const [key, inner] of Object.entries(value)) take(`${name}.${key}`, inner)
    else if (tables.has(name)) report('INVALID_VALUE', name, 'must be a table', source.asTable(name))
    else if (!unread.has(name)) report('UNKNOWN_KEY', name, 'is not a setting', hintAtTop(name, value))
  }
  return layer

  function hintAtTop(name: string, value: unknown): string {
    const dot = name.indexOf('.')
    const table = name.slice(0, Math.max(0, dot))
    if (keys.has(name) || unread.has(table))
      return `write it as ${escapeName(name.slice(dot + 1))} ${source.under(table)}`
    const home = isTable(value) ? undefined : [...tables].find(table => keys.has(`${table}.${name}`))
    if (home) return `put it ${source.under(home)}`
    const meant = closest(
      name,
      [...tables, ...unread, ...keys.keys()].filter(other => !other.includes('.')),
    )
    if (meant) return `write ${meant}`
    return isTable(value) ? `remove it, or ${source.ofPlugin}` : source.listed
  }
}

/**
 * Collects settings by their keys, and reports keys that are unknown, and settings that are given twice.
 *
 * @param givenAs returns what another old name has in the same file
 */
export function settingTaker(
  source: Pick<TableSource, 'kind' | 'originOf' | 'listed'>,
  { catalog: { keys }, problems }: { catalog: Catalog; problems: Problem[] },
  givenAs?: (name: string) => string | undefined,
) {
  const layer = new Map<string, LayerValue>()
  const originOf = (key: string) => source.originOf(escapeName(key))

  function report(code: Problem['code'], key: string, message: string, hint: string): void {
    problems.push({ code, message: `${escapeName(key)} ${message}`, origin: originOf(key), hint })
  }

  function take(key: string, value: unknown): void {
    const meaning = keys.get(key)
    if (!meaning) {
      const meant = closestAfter(key.slice(0, key.indexOf('.') + 1), key, keys.keys())
      report('UNKNOWN_KEY', key, 'is not a setting', meant ? `write ${meant}` : source.listed)
      return
    }
    const { setting, spelling } = meaning
    const resolved = spelling
      ? resolveAlias(
          spelling,
          value,
          message => report('INVALID_VALUE', key, message, settingHint(setting, { message })),
          givenAs,
        )
      : value
    if (resolved === undefined) return
    if (layer.has(setting.path)) {
      const { fileKeys } = setting
      const hint = fileKeys.length > 1 ? `keep only one of ${fileKeys.join(' and ')}` : 'remove one of them'
      report('GIVEN_TWICE', key, 'is given more than once', hint)
      return
    }
    const implies = spelling && { implies: impliedBy(spelling, value) }
    const isTranslated = spelling?.value !== undefined
    const raw: RawValue = isTranslated
      ? { kind: 'variable', text: String(resolved) }
      : { kind: source.kind, value: resolved }
    layer.set(setting.path, { raw, origin: originOf(key), ...implies })
  }

  return { layer, take, report }
}

/** The hint for a table or a variable that may configure a miner which is no longer installed. */
export const ofPlugin = 'install the plugin whose miner it configures: miner plugins:install PACKAGE'
