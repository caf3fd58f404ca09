import type { StrangerCount } from './database/request-writer.js'

/** Counts the requests of callers that proved no hotkey, by minute and code. Codes are a fixed set, so it stays small. */
export class StrangerCounts {
  readonly #counts = new Map<string, { minute: number; code: string; count: number }>()

  /** @param now epoch milliseconds */
  add(code: string, now: number): void {
    this.#add({ minute: Math.floor(now / 60_000), code, count: 1 })
  }

  /** Adds counts that were taken, and could not be written. */
  putBack(counts: readonly StrangerCount[]): void {
    for (const counted of counts) this.#add(counted)
  }

  #add({ minute, code, count }: StrangerCount): void {
    const key = `${minute} ${code}`
    const counted = this.#counts.get(key)
    if (counted) counted.count += count
    else this.#counts.set(key, { minute, code, count })
  }

  get isCounting(): boolean {
    return this.#counts.size > 0
  }

  /** Returns the counts since the last call, and starts anew. */
  take(): readonly StrangerCount[] {
    const counts = [...this.#counts.values()]
    this.#counts.clear()
    return counts
  }
}
