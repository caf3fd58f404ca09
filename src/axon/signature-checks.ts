import { Refusal } from '../wires/refusal.js'

/** One signature over one text. */
export type SignatureCheck = { readonly hotkey: string; readonly text: Uint8Array; readonly signature: Uint8Array }

/**
 * A bounded line of signatures to be checked. A check costs about 0.2 ms of the one thread there is, and anybody can
 * ask for one: so between two slices of checks the thread goes back to those who are being answered.
 */
export class SignatureChecks {
  readonly #verify: (check: SignatureCheck) => boolean
  readonly #limit: number
  readonly #waiting = new Set<Waiting>()
  #busy = false

  constructor(options: { verify: (check: SignatureCheck) => boolean; limit: number }) {
    this.#verify = options.verify
    this.#limit = options.limit
  }

  /**
   * Checks a signature when its turn comes. One whose caller has left meanwhile is not checked.
   *
   * @throws {Refusal} CHECKS_FULL
   */
  check(check: SignatureCheck, signal: AbortSignal): Promise<boolean> {
    if (this.#waiting.size >= this.#limit) throw new Refusal('CHECKS_FULL', '', { headers: [['retry-after', '1']] })
    return new Promise((resolve, reject) => {
      this.#waiting.add({ check, signal, resolve, reject })
      if (!this.#busy) this.#run()
    })
  }

  #run(): void {
    const until = performance.now() + SLICE_MS
    this.#busy = true
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting)
      this.#settle(waiting)
      if (performance.now() > until) break
    }
    // Even an empty line stays busy until the turn is over, or a burst in one turn would be one long slice.
    setImmediate(() => {
      this.#busy = false
      if (this.#waiting.size > 0) this.#run()
    })
  }

  #settle({ check, signal, resolve, reject }: Waiting): void {
    try {
      signal.throwIfAborted()
      resolve(this.#verify(check))
    } catch (error) {
      reject(error)
    }
  }
}

const SLICE_MS = 2

type Waiting = {
  readonly check: SignatureCheck
  readonly signal: AbortSignal
  resolve(holds: boolean): void
  reject(reason: unknown): void
}
