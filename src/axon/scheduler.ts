import { Refusal } from '../wires/refusal.js'

/** A place at work. Disposing it gives it to the next in line. */
export type Place = Disposable

/** Lets so many be at work, and so many more wait, first come, first served. */
export class Scheduler {
  readonly #concurrency: number
  readonly #queue: number
  readonly #waiting = new Set<() => void>()
  #working = 0

  constructor(options: { concurrency: number; queue: number }) {
    this.#concurrency = options.concurrency
    this.#queue = options.queue
  }

  /**
   * A place, at once or when one is free.
   *
   * @throws {Refusal} QUEUE_FULL
   * @throws the signal's reason, when it aborts first: the caller has left, or its deadline is past
   */
  async place(signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted()
    if (this.#working < this.#concurrency) this.#working++
    else await this.#turn(signal)
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#leave()
        held = false
      },
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#queue) throw new Refusal('QUEUE_FULL', '', { headers: [['retry-after', '1']] })
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#waiting.delete(enter)
        reject(signal.reason)
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** The place goes to the next in line without being free in between. */
  #leave(): void {
    const [next] = this.#waiting
    if (!next) return void this.#working--
    this.#waiting.delete(next)
    next()
  }
}
