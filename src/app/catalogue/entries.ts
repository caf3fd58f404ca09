import type { Declared } from '../../plugin/load/discover.js'

/** Entries by name: the first of a name that can be used, else the first. */
export function byName<Entry extends { readonly name: string; readonly plugin?: Declared }>(
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries)
    if (!found.has(entry.name) || found.get(entry.name)?.plugin?.trouble) found.set(entry.name, entry)
  return found
}

/** What can be chosen among them. */
export function usableNames(entries: ReadonlyMap<string, { readonly plugin?: Declared }>): string[] {
  return [...entries].filter(([, { plugin }]) => !plugin?.trouble).map(([name]) => name)
}
