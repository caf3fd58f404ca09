import { TimeoutError } from '../async/timeout.js'

/** How items are kept. */
export type BatchOptions<Item> = {
  /** keeps the items of one batch; called again only after it has settled */
  readonly keep: (items: readonly Item[]) => Promise<void>
  /** how long an item waits at most, in milliseconds */
  readonly maxMs: number
  /** how many items of the next batch may wait */
  readonly maxItems: number
}

/**
 * Keeps items in batches, one after the other: all that come in one turn of the event loop, or while the last batch is
 * being kept, share the next one.
 */
export class Batches<Item> {
  readonly #options: BatchOptions<Item>
  #next: Batch<Item> | null = null
  #keeping: Promise<void> | null = null

  constructor(options: BatchOptions<Item>) {
    this.#options = options
  }

  /**
   * Resolves when the item is kept.
   *
   * @throws {TimeoutError} when that takes too long, or too many wait; it may be kept later all the same
   * @throws what `keep` throws
   */
  add(item: Item): Promise<void> {
    this.#next ??= this.#open()
    const batch = this.#next
    if (batch.items.length >= this.#options.maxItems) throw new TimeoutError('too many are waiting')
    batch.items.push(item)
    return batch.kept.promise
  }

  /** Resolves when nothing is left to keep. */
  async settled(): Promise<void> {
    while (this.#next || this.#keeping) await (this.#keeping ?? this.#next?.kept.promise.catch(() => {}))
  }

  #open(): Batch<Item> {
    const kept = Promise.withResolvers<void>()
    const { maxMs } = this.#options
    const expire = () => kept.reject(new TimeoutError(`took longer than ${maxMs} ms`))
    if (!this.#keeping) setImmediate(() => this.#begin())
    // What was kept while this process was busy counts, though its time is over.
    return { items: [], kept, timer: setTimeout(() => setImmediate(expire), maxMs) }
  }

  #begin(): void {
    const batch = this.#next
    if (!batch || this.#keeping) return
    this.#next = null
    this.#keeping = this.#keep(batch)
  }

  async #keep({ items, kept, timer }: Batch<Item>): Promise<void> {
    try {
      await this.#options.keep(items)
      kept.resolve()
    } catch (error) {
      kept.reject(error)
    }
    clearTimeout(timer)
    this.#keeping = null
    this.#begin()
  }
}

type Batch<Item> = {
  readonly items: Item[]
  readonly kept: PromiseWithResolvers<void>
  readonly timer: NodeJS.Timeout
}
