import type { Declared } from '../../plugin/load/discover.js'

/** Indexes entries by name: of several with one name the first that can be used, else the last. */
export function byName<Entry extends { readonly name: string; readonly plugin?: Declared }>(
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries)
    if (!found.has(entry.name) || found.get(entry.name)?.plugin?.problem) found.set(entry.name, entry)
  return found
}

/** Returns the names of the entries that can be used. */
export function usableNames(entries: ReadonlyMap<string, { readonly plugin?: Declared }>): string[] {
  return [...entries].filter(([, { plugin }]) => !plugin?.problem).map(([name]) => name)
}
