/**
 * How late the event loop is: the median delay of the latest ticks of a timer. One long turn, as of a collection of garbage
 * or of a start, does not move it; work that comes faster than it is done does within about a second.
 */
export class LoopDelay {
  readonly #late: number[] = []
  #ms = 0

  /** @param signal stops the timer when it aborts */
  constructor(signal: AbortSignal) {
    let dueAt = performance.now() + TICK_MS
    const timer = setInterval(() => {
      this.#late.push(Math.max(0, performance.now() - dueAt))
      if (this.#late.length > TICKS) this.#late.shift()
      if (this.#late.length === TICKS) this.#ms = this.#late.toSorted((a, b) => a - b)[TICKS >> 1]!
      dueAt = performance.now() + TICK_MS
    }, TICK_MS)
    timer.unref()
    signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  }

  /** milliseconds; 0 until the timer has ticked often enough */
  get ms(): number {
    return this.#ms
  }
}

const TICK_MS = 50

const TICKS = 9
