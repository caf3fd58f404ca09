import type { TtlMap } from '../../plugin/dialect.js'

const MAX_CALLERS = 1_000
const MAX_KEYS = 100
const MAX_TTL_MS = 3_600_000

type Kept = { readonly value: unknown; readonly until: number }

/** What a dialect stores for its callers: for the 1,000 latest callers, 100 keys each, for an hour at most. */
export class CallerState {
  readonly #callers = new Map<string, Map<string, Kept>>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  of(caller: string): TtlMap {
    const keys = () => this.#callers.get(caller)
    return {
      get: key => {
        const kept = keys()?.get(key)
        if (!kept) return undefined
        if (this.#now() < kept.until) return kept.value
        this.#drop(caller, key)
        return undefined
      },
      set: (key, value, ttlMs) => {
        const mine = keys() ?? new Map<string, Kept>()
        // Setting them again makes both the latest: a Map keeps insertion order.
        this.#callers.delete(caller)
        this.#callers.set(caller, mine)
        for (const [old, { until }] of mine) if (until <= this.#now()) mine.delete(old)
        mine.delete(key)
        mine.set(key, { value, until: this.#now() + Math.min(ttlMs, MAX_TTL_MS) })
        dropOldest(mine, MAX_KEYS)
        dropOldest(this.#callers, MAX_CALLERS)
      },
      delete: key => this.#drop(caller, key),
    }
  }

  #drop(caller: string, key: string): void {
    const mine = this.#callers.get(caller)
    mine?.delete(key)
    if (mine?.size === 0) this.#callers.delete(caller)
  }
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  if (map.size > max) map.delete(map.keys().next().value!)
}
