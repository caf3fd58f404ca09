/** A set that keeps no more than so many values: the ones added last. Adding a value again makes it young again. */
export class RecentSet {
  readonly #max: number
  readonly #values = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  has(value: string): boolean {
    return this.#values.has(value)
  }

  add(value: string): void {
    this.#values.delete(value)
    this.#values.add(value) // now the last one: a Set keeps the order of adding
    if (this.#values.size > this.#max) this.#values.delete(this.#values.values().next().value!)
  }
}
