import type { Setting } from '../schema/setting.js'
import { holdsSecret } from '../schema/shape.js'
import { isTable, type Table } from '../values/convert.js'
import { type Edit, pathOf } from './edit.js'

/** An entry of a setting that is a table whose keys the operator chooses: that of `gpt-4.1` in `prices`. */
export type TableEntry = { readonly setting: Setting; readonly entry: string }

/**
 * Finds the entry of a table by its name: `prices.gpt-4.1`, `prices."gpt-4.1"`, `budget.hotkeys.5F…`. All after the name of the
 * table is the key, dots included. Tables that may hold secrets have none.
 */
export function findEntry(name: string, settings: readonly Setting[]): TableEntry | undefined {
  for (const setting of settings) {
    if (setting.shape.kind !== 'dictionary' || holdsSecret(setting.shape)) continue
    const table = setting.fileKeys.find(key => name.startsWith(`${key}.`))
    const entry = table && unquoted(name.slice(table.length + 1))
    if (entry) return { setting, entry }
  }
  return undefined
}

/** A setting, or an entry of it when it is a table. */
export type Part = { readonly setting: Setting; readonly entry?: string | undefined }

/** Returns the name of a part: `axon.port` · `prices.gpt-4.1`. */
export function partName({ setting, entry }: Part): string {
  return entry === undefined ? setting.path : `${setting.path}.${entry}`
}

/** Returns what a value of the setting has for the part: all of it, or the value of the entry. */
export function partOf({ entry }: Part, value: unknown): unknown {
  if (entry === undefined) return value
  return isTable(value) && Object.hasOwn(value, entry) ? value[entry] : undefined
}

/** Returns a text for the part as one for its setting, as a variable has it: a table with this entry alone. */
export function settingText({ setting, entry }: Part, text: string): string {
  if (entry === undefined) return text
  return JSON.stringify({ [entry]: isWord(setting) ? text : parsed(text) })
}

/** Returns the names of the entries that a file has in a table. */
export function entriesIn(file: Table, setting: Setting): readonly string[] {
  return Object.keys(tableOf(file, setting) ?? {})
}

/** Returns the changes that give the part a value in a file, the one that leaves the tidier file first. */
export function editsOf(file: Table, { setting, entry }: Part, value: unknown): readonly Omit<Edit, 'oldKeys'>[] {
  const { section, fileKeys } = setting
  const keys = fileKeys.map(key => key.slice(section === '' ? 0 : section.length + 1))
  if (entry === undefined) return [{ section, keys, value }]
  const table = tableOf(file, setting)
  if (!table && value !== undefined) return [{ section, keys, value: { [entry]: value } }]
  const isLast = value === undefined && Object.keys(table ?? {}).every(key => key === entry)
  return [...(isLast ? [{ section, keys, value }] : []), { section, keys, within: [entry], value }]
}

function tableOf(file: Table, { fileKeys }: Setting): Table | undefined {
  return fileKeys.map(key => tableAt(file, key)).find(isTable)
}

function isWord({ shape }: Setting): boolean {
  return shape.kind === 'dictionary' && shape.value.kind === 'text'
}

function tableAt(table: Table, key: string): unknown {
  const path = pathOf(table, key)
  return path?.reduce((inner: unknown, name) => (isTable(inner) ? inner[name] : undefined), table)
}

/** A text that is no JSON stays one, which the check of the setting then refuses by its name. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function unquoted(key: string): string {
  const [, quoted] = /^"(.*)"$/s.exec(key) ?? []
  return quoted ?? key
}
