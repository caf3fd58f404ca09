import type { NeuronClock } from '#dist/neuron/clock.js'

/** A clock that stands still until it is moved, and whose waits end when it gets there. */
export class StillClock implements NeuronClock {
  #now: number
  #elapsed = 1_000
  readonly #waits = new Set<{ readonly until: number; readonly end: () => void }>()

  constructor(now = Date.now()) {
    this.#now = now
  }

  readonly now = () => this.#now
  readonly elapsed = () => this.#elapsed

  readonly wait = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const waiting = {
        until: this.#elapsed + ms,
        end: () => {
          this.#waits.delete(waiting)
          signal.removeEventListener('abort', abort)
          resolve()
        },
      }
      const abort = () => {
        this.#waits.delete(waiting)
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      if (ms <= 0) setImmediate(waiting.end)
      else this.#waits.add(waiting)
    })

  /** How long the longest wait still takes; undefined: nothing waits. */
  get waitsMs(): number | undefined {
    const [waiting] = this.#waits
    return waiting && waiting.until - this.#elapsed
  }

  /** Moves the time, and ends the waits that are over by then. */
  advance(ms: number): void {
    this.#now += ms
    this.#elapsed += ms
    for (const waiting of [...this.#waits]) if (waiting.until <= this.#elapsed) waiting.end()
  }

  /** Sets the clock on the wall alone, as an administrator or NTP does. */
  step(ms: number): void {
    this.#now += ms
  }
}
