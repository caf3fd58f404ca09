/** What was gathered in one step of time. */
export type Slot<T> = {
  /** steps since the epoch */
  readonly number: number
  readonly sum: T
}

type SlotOptions<T> = {
  readonly stepMs: number
  /** how many steps are kept, the current one among them */
  readonly count: number
  /** begins the sum of a step */
  readonly make: () => T
}

/** The sums of the last steps of time. It takes the time as an argument, in epoch milliseconds. */
export class Slots<T> {
  readonly #options: SlotOptions<T>
  /** the last one is the current step; steps in which nothing happened are left out */
  readonly #slots: Slot<T>[] = []

  constructor(options: SlotOptions<T>) {
    this.#options = options
  }

  /** Returns the sum of the current step. */
  current(at: number): T {
    const { stepMs, count, make } = this.#options
    const number = Math.floor(at / stepMs)
    const last = this.#slots.at(-1)
    // A clock that steps back goes on in the step that it had reached.
    if (last && last.number >= number && last.number - number <= count) return last.sum
    this.#forget(number)
    const slot = { number, sum: make() }
    this.#slots.push(slot)
    return slot.sum
  }

  /** Returns the steps of which something is kept, the oldest first. */
  recent(at: number): readonly Slot<T>[] {
    this.#forget(Math.floor(at / this.#options.stepMs))
    return this.#slots
  }

  #forget(current: number): void {
    const { count } = this.#options
    while (this.#slots[0] && this.#slots[0].number <= current - count) this.#slots.shift()
    // A clock that was far ahead was set right: when it counted what it did is not known.
    if (this.#slots.some(({ number }) => number - current > count)) this.#slots.length = 0
  }
}
