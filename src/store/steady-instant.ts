/** The clocks by which a store goes. */
export type StoreClocks = {
  /** epoch milliseconds; it may be set while the store is open */
  readonly now: () => number
  /** milliseconds on a clock that is never set, and does not begin again before the machine does; by default `now`, as in a test */
  readonly steady?: () => number
}

/** Returns milliseconds on such a clock of this machine. On Linux all its processes have the same one. */
export function steadyNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * An instant that stays where it was when the clock is set. Epoch milliseconds would not: with a clock that is put forward
 * they lie too far in the past, and with one that is put back, in the future.
 */
export class SteadyInstant {
  /** on the steady clock */
  readonly steadyMs: number
  readonly #clocks: StoreClocks

  private constructor(steadyMs: number, clocks: StoreClocks) {
    this.steadyMs = steadyMs
    this.#clocks = clocks
  }

  static at(steadyMs: number, clocks: StoreClocks): SteadyInstant {
    return new SteadyInstant(steadyMs, clocks)
  }

  /** The instant that is so many milliseconds ahead. */
  static in(ms: number, clocks: StoreClocks): SteadyInstant {
    const { now, steady = now } = clocks
    return new SteadyInstant(steady() + ms, clocks)
  }

  /** whole epoch milliseconds, by the clock as it is set now */
  get epochMs(): number {
    const { now, steady } = this.#clocks
    return steady ? Math.ceil(now() - steady() + this.steadyMs) : this.steadyMs
  }

  get epochNs(): bigint {
    return BigInt(this.epochMs) * 1_000_000n
  }
}
