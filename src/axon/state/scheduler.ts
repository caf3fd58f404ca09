import { Refusal } from '../../wires/refusal.js'

/** A place for one request. Disposing it gives the place to the next in line. */
export type Place = Disposable

/**
 * Gives places to `concurrency` requests and lets `queue` more wait: by priority, then by stake, and among equals in the
 * order of arrival. When the queue is full, a request of a higher rank evicts the last one of the lowest. Strangers come
 * last, and begin only while less than half of the places are taken; the rest is for registered and allowed callers.
 */
export class Scheduler {
  readonly #concurrency: number
  readonly #queue: number
  /** in the order of arrival */
  readonly #waiting = new Set<Waiting>()
  #working = 0

  constructor(options: { concurrency: number; queue: number }) {
    this.#concurrency = options.concurrency
    this.#queue = options.queue
  }

  /**
   * Resolves to a place, at once or when one is free.
   *
   * @param how.stakeRao decides between equal priorities
   * @param how.queue a shorter queue for this request
   * @param how.isStranger the caller is neither registered nor allowed
   * @throws {Refusal} QUEUE_FULL
   * @throws the signal's reason, when the caller disconnects or its deadline passes first
   */
  async place(
    signal: AbortSignal,
    { priority = 0, stakeRao = 0n, queue = this.#queue, isStranger = false }: Wish = {},
  ): Promise<Place> {
    signal.throwIfAborted()
    const rank = isStranger ? STRANGER : { priority, stakeRao }
    if (this.#hasPlaceFor(rank)) this.#working++
    else await this.#turn(signal, rank, Math.min(queue, this.#queue))
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#leave()
        held = false
      },
    }
  }

  #hasPlaceFor({ priority }: Rank): boolean {
    return this.#working < (priority === STRANGER.priority ? this.#concurrency / 2 : this.#concurrency)
  }

  #turn(signal: AbortSignal, rank: Rank, queue: number): Promise<void> {
    if (this.#waiting.size >= queue) this.#makeRoom(rank, queue)
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const yieldTo = (refusal: Refusal) => {
        signal.removeEventListener('abort', leave)
        reject(refusal)
      }
      const waiting = { rank, enter, yieldTo }
      const leave = () => {
        this.#waiting.delete(waiting)
        reject(signal.reason)
      }
      this.#waiting.add(waiting)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Evicts the last waiting request of the lowest rank, if that is below this one and this one may wait at all. */
  #makeRoom(rank: Rank, queue: number): void {
    const full = new Refusal('QUEUE_FULL', '', { headers: [['retry-after', '1']] })
    let last: Waiting | undefined
    for (const waiting of this.#waiting) if (!last || !isAbove(waiting.rank, last.rank)) last = waiting
    if (!last || queue < this.#queue || !isAbove(rank, last.rank)) throw full
    this.#waiting.delete(last)
    last.yieldTo(full)
  }

  /** Hands the place to the next in line, without freeing it in between. */
  #leave(): void {
    let next: Waiting | undefined
    for (const waiting of this.#waiting) if (!next || isAbove(waiting.rank, next.rank)) next = waiting
    this.#working--
    if (!next || !this.#hasPlaceFor(next.rank)) return
    this.#working++
    this.#waiting.delete(next)
    next.enter()
  }
}

type Wish = Partial<Rank> & { readonly queue?: number; readonly isStranger?: boolean }

type Rank = { readonly priority: number; readonly stakeRao: bigint }

/** The lowest rank. A caller to which the miner's `priority` hook gives this priority is treated as a stranger. */
const STRANGER: Rank = { priority: Number.NEGATIVE_INFINITY, stakeRao: 0n }

function isAbove(one: Rank, other: Rank): boolean {
  return one.priority === other.priority ? one.stakeRao > other.stakeRao : one.priority > other.priority
}

type Waiting = { readonly rank: Rank; enter(): void; yieldTo(refusal: Refusal): void }
