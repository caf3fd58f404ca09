import { Refusal } from '../wires/refusal.js'
import type { OnStoreEvent } from './store-events.js'

/** Reports that a store fails, once, and that it works again. */
export class StoreOutage {
  readonly #onEvent: OnStoreEvent
  #sinceMs: number | null = null

  constructor(onEvent: OnStoreEvent) {
    this.#onEvent = onEvent
  }

  /** Returns the refusal of a request whose nonce could not be kept. */
  failed(cause: unknown, hint: string): Refusal {
    if (this.#sinceMs === null) {
      this.#sinceMs = performance.now()
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
      const message = `the store of spent nonces fails, and requests get 503: ${cause instanceof Error ? cause.message : cause}`
      this.#onEvent({ level: 'error', event: 'storeFailed', code, message, hint })
    }
    return new Refusal('NONCE_STORE_FAILED', '', { cause, headers: [['retry-after', '1']] })
  }

  worked(): void {
    if (this.#sinceMs === null) return
    const afterMs = Math.round(performance.now() - this.#sinceMs)
    this.#sinceMs = null
    const message = 'the store of spent nonces works again'
    this.#onEvent({ level: 'info', event: 'storeRecovered', afterMs, message })
  }
}
