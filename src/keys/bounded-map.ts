/** A map that keeps no more than so many keys: the ones set last. Setting a key again makes it young again. */
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
    this.#values.set(key, value) // now the last one: a Map keeps the order of setting
    if (this.#values.size > this.#max) this.#values.delete(this.#values.keys().next().value!)
  }
}
