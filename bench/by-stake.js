import { Refusal } from '../dist/wires/refusal.js'

/**
 * The order that the axon had before callers shared the places, as a baseline: the highest stake first, among equals the
 * earlier; a full queue evicts the newest of the lowest stake, if the new request has more.
 */
export class ByStake {
  #waiting = []
  #working = 0

  constructor({ concurrency, queue }) {
    this.concurrency = concurrency
    this.queue = queue
  }

  /** Resolves to a place, as `Scheduler` does; `stake` decides. */
  place(signal, { stake }) {
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#working++
        resolve({ [Symbol.dispose]: () => this.#leave() })
      }
      const waiting = { stake, enter, reject }
      if (this.#working < this.concurrency) return enter()
      this.#waiting.push(waiting)
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter(other => other !== waiting)
        reject(signal.reason)
      })
      if (this.#waiting.length <= this.queue) return
      const lowest = Math.min(...this.#waiting.map(other => other.stake))
      const last = this.#waiting.findLast(other => other.stake === lowest)
      this.#waiting = this.#waiting.filter(other => other !== last)
      last.reject(new Refusal('QUEUE_FULL'))
    })
  }

  #leave() {
    this.#working--
    const highest = Math.max(...this.#waiting.map(other => other.stake))
    const next = this.#waiting.find(other => other.stake === highest)
    if (!next) return
    this.#waiting = this.#waiting.filter(other => other !== next)
    next.enter()
  }
}
