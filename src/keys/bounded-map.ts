/** A map that keeps at most `max` keys and evicts the oldest. Setting a key again makes it the newest. */
export class BoundedMap<Value> {
  readonly #max: number
  readonly #values = new Map<string, Value>()

  constructor(max: number) {
    this.#max = max
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#values.delete(key)
    this.#values.set(key, value) // moves it to the end: a Map iterates in insertion order
    if (this.#values.size > this.#max) this.#values.delete(this.#values.keys().next().value!)
  }
}
