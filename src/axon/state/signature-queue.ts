import { Refusal } from '../../wires/refusal.js'
import { type Held, type Holder, Shares, TOP_HOLDERS } from './shares.js'

/** One signature over one text. */
export type SignatureCheck = {
  readonly hotkey: string
  readonly text: Uint8Array
  readonly signature: Uint8Array
  /** the hotkey is expected to ask often, so that a faster check of its signatures is prepared before others' */
  readonly isPreferred: boolean
}

/** How many checks wait, and whose they are. */
export type CheckLoad = { readonly waiting: number; readonly of: number; readonly top: readonly Held[] }

/** Resolves to whether each signature holds. Must not reject, whatever the bytes. */
export type CheckSignatures = (checks: readonly SignatureCheck[]) => Promise<readonly boolean[]>

/**
 * A bounded queue of signature checks. A check costs 0.06 to 0.3 ms and any stranger can cause one, so they run in small
 * batches: if they run on the main thread, it serves other requests between batches. Few
 * batches run at a time, so that the check of a caller that disconnects meanwhile is skipped. When the queue is full, the last
 * check of the holder that `Shares` names makes room.
 */
export class SignatureQueue {
  readonly #verify: CheckSignatures
  readonly #limit: number
  readonly #batch: number
  readonly #waiting = new Set<Waiting>()
  readonly #shares: Shares<Waiting>
  #batches = 0
  #isDue = false

  constructor(options: { verify: CheckSignatures; limit: number; batch?: number | undefined }) {
    this.#verify = options.verify
    this.#batch = options.batch ?? OWN_BATCH
    this.#limit = options.limit
    this.#shares = new Shares({ networksKeep: options.limit / 4 })
  }

  /**
   * Checks a signature when its turn comes; skips it when the caller disconnects before.
   *
   * @throws {Refusal} CHECKS_FULL
   */
  check(check: SignatureCheck, { holder, signal }: { holder: Holder; signal: AbortSignal }): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiting = { check, signal, resolve, reject }
      this.#waiting.add(waiting)
      this.#shares.set(waiting, holder)
      if (this.#waiting.size > this.#limit) this.#makeRoom()
      this.#goOn()
    })
  }

  load(): CheckLoad {
    return { waiting: this.#waiting.size, of: this.#limit, top: this.#shares.top(TOP_HOLDERS) }
  }

  #makeRoom(): void {
    const last = [...this.#shares.most()].at(-1)!
    this.#remove(last)
    last.reject(new Refusal('CHECKS_FULL', '', { headers: [['retry-after', '1']] }))
  }

  #remove(waiting: Waiting): void {
    this.#waiting.delete(waiting)
    this.#shares.delete(waiting)
  }

  /** Begins the next batch at the end of this turn of the loop: with all that came in it. */
  #goOn(): void {
    if (this.#isDue || this.#batches === MAX_BATCHES || this.#waiting.size === 0) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#run(this.#next())
    })
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#batches++
    this.#goOn()
    try {
      const holds = await this.#verify(batch.map(({ check }) => check))
      for (const [at, { resolve }] of batch.entries()) resolve(holds[at] === true)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    this.#batches--
    this.#goOn()
  }

  /** The first in line that still listen. */
  #next(): readonly Waiting[] {
    const batch: Waiting[] = []
    for (const waiting of this.#waiting) {
      this.#remove(waiting)
      if (waiting.signal.aborted) waiting.reject(waiting.signal.reason)
      else batch.push(waiting)
      if (batch.length === this.#batch) break
    }
    return batch
  }
}

/** Checks in a batch, unless the verifier says how many: they hold the axon's thread for 0.5 to 2 ms. */
const OWN_BATCH = 8

/** One that is checked by another thread, and one that waits there, so that it is never idle. */
const MAX_BATCHES = 2

type Waiting = {
  readonly check: SignatureCheck
  readonly signal: AbortSignal
  resolve(holds: boolean): void
  reject(reason: unknown): void
}
