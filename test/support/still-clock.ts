import type { NeuronClock } from '#dist/neuron/clock.js'

/** A clock that stands still until it is moved, and whose waits end when it gets there. */
export class StillClock implements NeuronClock {
  #now: number
  #elapsed = 1_000
  #onWait = Promise.withResolvers<void>()
  readonly #waits = new Set<{ readonly until: number; readonly end: () => void }>()

  constructor(now = Date.now()) {
    this.#now = now
  }

  readonly now = () => Math.floor(this.#now)
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
      if (ms <= 0) return void setImmediate(waiting.end)
      this.#waits.add(waiting)
      this.#onWait.resolve()
    })

  /** Resolves when something waits. */
  async rested(): Promise<void> {
    while (this.#waits.size === 0) {
      await this.#onWait.promise
      this.#onWait = Promise.withResolvers()
    }
  }

  /** Moves the time from wait to wait, each time until all is done that a wait held up. */
  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; ) {
      const next = Math.min(left, this.waitsMs ?? left)
      left -= next
      this.advance(next)
      await this.rested()
    }
  }

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
