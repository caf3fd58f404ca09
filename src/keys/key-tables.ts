import { BoundedMap } from './bounded-map.js'

/** The keys that have a table, which makes each check of their signatures cheaper. */
export type KeyTables = {
  /** The place of the key's table; null when it has none. */
  placeOf(key: string): number | null
  /**
   * Counts a check. A table costs as much as four checks, and a stranger can sign with any number of keys. So a key gets one
   * with its 16th signature that holds, 16 checks after the last table was made at the earliest.
   *
   * @param isPreferred keeps its table before a key that is not
   * @returns the place in which to make the key's table now; null when it gets none
   */
  count(key: string, how: { readonly holds: boolean; readonly isPreferred: boolean }): number | null
}

/** Creates the account of `max` places for tables. The key that has not signed for the longest time gives its place up. */
export function createKeyTables(max: number): KeyTables {
  // A Map iterates in insertion order: the key that signed last is at the end.
  const tables = new Map<string, Table>()
  // Two, so that any number of other keys leaves the counts of the preferred ones alone.
  const held = { preferred: new BoundedMap<number>(MAX_COUNTED), other: new BoundedMap<number>(MAX_COUNTED) }
  let checksSinceTable = 0

  /** Takes a place away from the key that has gone longest without a signature. */
  function taken(isPreferred: boolean): number | null {
    if (tables.size < max) return tables.size
    const victims = [...tables].filter(([, table]) => !table.isPreferred)
    const [victim] = victims.length === 0 && isPreferred ? tables : victims
    if (!victim) return null
    tables.delete(victim[0])
    return victim[1].place
  }

  return {
    placeOf: key => tables.get(key)?.place ?? null,

    count(key, { holds, isPreferred }) {
      checksSinceTable++
      if (!holds) return null
      const table = tables.get(key)
      if (table) {
        tables.delete(key)
        tables.set(key, { place: table.place, isPreferred })
        return null
      }
      const counts = isPreferred ? held.preferred : held.other
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      if (count < SIGNATURES || checksSinceTable < CHECKS) return null
      checksSinceTable = 0
      const place = taken(isPreferred)
      if (place !== null) tables.set(key, { place, isPreferred })
      return place
    },
  }
}

type Table = { readonly place: number; readonly isPreferred: boolean }

const SIGNATURES = 16
const CHECKS = 16

/** Twenty times the keys of a subnet. */
const MAX_COUNTED = 5_000
