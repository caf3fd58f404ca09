const WINDOW_MS = 60_000
const MAX_FAILURES = 10
/** Addresses whose failures are counted; the oldest one is forgotten for a new one. */
const MAX_ADDRESSES = 1_024

/** Counts wrong tokens: an address that has sent ten within a minute has to wait with another wrong one until it is over. */
export class FailedLogins {
  readonly #now: () => number
  readonly #failures = new Map<string, { count: number; readonly since: number }>()

  /** @param now milliseconds that never step back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Returns how many seconds an address has to wait; 0: it may try. */
  waitSeconds(address: string): number {
    const found = this.#found(address)
    return found && found.count >= MAX_FAILURES ? Math.ceil((found.since + WINDOW_MS - this.#now()) / 1000) : 0
  }

  add(address: string): void {
    const found = this.#found(address)
    if (found) {
      found.count++
      return
    }
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value!)
    this.#failures.set(address, { count: 1, since: this.#now() })
  }

  #found(address: string) {
    const found = this.#failures.get(address)
    if (found && found.since + WINDOW_MS <= this.#now()) this.#failures.delete(address)
    return this.#failures.get(address)
  }
}
