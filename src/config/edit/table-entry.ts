import type { Setting } from '../schema/setting.js'
import { holdsSecret } from '../schema/shape.js'
import { isTable, type Table } from '../values/convert.js'
import { pathOf } from './edit.js'

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

/**
 * Returns a setting that is a table with a new value of one entry, as a variable has it.
 *
 * @param file what the configuration file holds
 * @param text of the value: JSON, or a word
 */
export function withEntry(file: Table, { setting, entry }: TableEntry, text: string): string {
  return JSON.stringify({ ...tableOf(file, setting), [entry]: isWord(setting) ? text : parsed(text) })
}

/** Returns a setting that is a table without one entry, as the file has it; undefined without any other. */
export function withoutEntry(file: Table, { setting, entry }: TableEntry): Table | undefined {
  const others = Object.entries(tableOf(file, setting)).filter(([key]) => key !== entry)
  return others.length === 0 ? undefined : Object.fromEntries(others)
}

function tableOf(file: Table, { fileKeys }: Setting): Table {
  return fileKeys.map(key => tableAt(file, key)).find(isTable) ?? {}
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
