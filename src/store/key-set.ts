/** A key of 128 bits as four words: the beginning of a SHA-256. */
export type Key = Uint32Array

/** A set of 128-bit keys in one flat array: open addressing, linear probing, at most four fifths full. */
export class KeySet {
  #words = new Uint32Array(KEY_WORDS * 16)
  size = 0

  has(key: Key): boolean {
    return isAt(this.#words, this.#find(this.#words, key), key)
  }

  /** Adds a key that the set does not have. */
  add(key: Key): void {
    if (this.size + 1 > (this.#words.length / KEY_WORDS) * MAX_LOAD) this.#grow()
    this.#words.set(key, this.#find(this.#words, key))
    this.size++
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length)
    for (let at = 0; at < this.#words.length; at += KEY_WORDS) {
      const key = this.#words.subarray(at, at + KEY_WORDS)
      if (!isAt(this.#words, at, FREE)) words.set(key, this.#find(words, key))
    }
    this.#words = words
  }

  /** The slot of the key, or the free slot where it would go. Keys are digests, so any of their bits spread evenly. */
  #find(words: Uint32Array, key: Key): number {
    let at = (key[0]! * KEY_WORDS) % words.length
    while (!isAt(words, at, key) && !isAt(words, at, FREE)) at = (at + KEY_WORDS) % words.length
    return at
  }
}

export const KEY_WORDS = 4
const MAX_LOAD = 0.8
/** Marks a free slot; finding a SHA-256 that begins with 128 zero bits is infeasible. */
const FREE = new Uint32Array(KEY_WORDS)

function isAt(words: Uint32Array, at: number, key: Key): boolean {
  return words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2] && words[at + 3] === key[3]
}
