import { Refusal } from '../../wires/refusal.js'

/** One signature over one text. */
export type SignatureCheck = { readonly hotkey: string; readonly text: Uint8Array; readonly signature: Uint8Array }

/** Resolves to whether each signature holds. Must not reject, whatever the bytes. */
export type CheckSignatures = (checks: readonly SignatureCheck[]) => Promise<readonly boolean[]>

/**
 * A bounded queue of signature checks. A check costs about 0.2 ms and any stranger can cause one, so they run in small
 * batches: if they run on the main thread, it serves other requests between batches. Few
 * batches run at a time, so that the check of a caller that disconnects meanwhile is skipped.
 */
export class SignatureQueue {
  readonly #verify: CheckSignatures
  readonly #limit: number
  readonly #waiting = new Set<Waiting>()
  #batches = 0
  #isDue = false

  constructor(options: { verify: CheckSignatures; limit: number }) {
    this.#verify = options.verify
    this.#limit = options.limit
  }

  /**
   * Checks a signature when its turn comes; skips it when the caller disconnects before.
   *
   * @throws {Refusal} CHECKS_FULL
   */
  check(check: SignatureCheck, signal: AbortSignal): Promise<boolean> {
    if (this.#waiting.size >= this.#limit) throw new Refusal('CHECKS_FULL', '', { headers: [['retry-after', '1']] })
    return new Promise((resolve, reject) => {
      this.#waiting.add({ check, signal, resolve, reject })
      this.#goOn()
    })
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
      this.#waiting.delete(waiting)
      if (waiting.signal.aborted) waiting.reject(waiting.signal.reason)
      else batch.push(waiting)
      if (batch.length === BATCH) break
    }
    return batch
  }
}

/** Checks in a batch: on one thread they hold it for 1 to 3 ms. */
const BATCH = 8

/** One that is checked by another thread, and one that waits there, so that it is never idle. */
const MAX_BATCHES = 2

type Waiting = {
  readonly check: SignatureCheck
  readonly signal: AbortSignal
  resolve(holds: boolean): void
  reject(reason: unknown): void
}
