/** Series of one metric; Prometheus pays for each as long as it keeps them. */
export const MAX_SERIES = 1_000
/** What stands in a label for all that has no series of its own. */
export const OTHER = 'other'

/** Values of a label that may have series of their own; what is not known, such as what a caller made up, is `other`. */
export function knownOnly(values: Iterable<string>): (value: string) => string {
  const known = new Set(values)
  return value => (known.has(value) ? value : OTHER)
}

/** Returns a code of an error as a label, empty for none; a text of another form, which a plugin may give, is `other`. */
export function codeOnly(code: string): string {
  return code === '' || /^[A-Z][A-Z\d_]{0,63}$/.test(code) ? code : OTHER
}

type Sum = { readonly labels: readonly string[]; value: number }

/** Sums by the values of some labels, in their order: at most 1,000 of them. */
export class LabelledSums {
  readonly #sums = new Map<string, Sum>()

  add(labels: readonly string[], value: number): void {
    const key = labels.join('\n')
    const sum = this.#sums.get(key)
    if (sum) sum.value += value
    else if (this.#sums.size < MAX_SERIES - 1) this.#sums.set(key, { labels, value })
    else this.#addToOthers(labels.length, value)
  }

  [Symbol.iterator](): Iterator<Sum> {
    return this.#sums.values()
  }

  #addToOthers(length: number, value: number): void {
    const labels = Array.from({ length }, () => OTHER)
    const key = labels.join('\n')
    const sum = this.#sums.get(key)
    if (sum) sum.value += value
    else this.#sums.set(key, { labels, value })
  }
}
