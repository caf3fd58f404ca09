import { TimeoutError } from '../async/timeout.js'
import { Refusal } from '../wires/refusal.js'
import type { StoreFailure } from './nonce-store.js'
import type { OnStoreEvent } from './store-events.js'

/** Reports that a store fails, once for each reason in a row, and that it works again. */
export class StoreOutage {
  readonly #onEvent: OnStoreEvent
  readonly #now: () => number
  #failure: StoreFailure | null = null
  #startedAt = 0

  /** @param now epoch milliseconds */
  constructor(onEvent: OnStoreEvent, now = Date.now) {
    this.#onEvent = onEvent
    this.#now = now
  }

  /** null: nothing has failed since the store last worked */
  get failure(): StoreFailure | null {
    return this.#failure
  }

  /** Returns the refusal of a request whose nonce could not be kept. */
  failed(cause: unknown, hint: string): Refusal {
    const last = this.#failure
    const code = codeOf(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    if (last === null) this.#startedAt = performance.now()
    this.#failure = { code, message, hint, since: last?.since ?? this.#now() }
    if (last === null || last.code !== code) {
      const said = `the store of spent nonces fails, and requests get 503: ${message}`
      this.#onEvent({ level: 'error', event: 'storeFailed', code, message: said, hint })
    }
    return this.refusal(cause)
  }

  /** Returns the refusal of a request while the store fails. */
  refusal(cause?: unknown): Refusal {
    return new Refusal('NONCE_STORE_FAILED', '', { cause, headers: [['retry-after', '1']] })
  }

  worked(): void {
    if (this.#failure === null) return
    const afterMs = Math.round(performance.now() - this.#startedAt)
    this.#failure = null
    const message = 'the store of spent nonces works again'
    this.#onEvent({ level: 'info', event: 'storeRecovered', afterMs, message })
  }
}

/** Tells one reason from another: the code of the error, or the word with which a Redis begins an error, as `OOM`. */
function codeOf(cause: unknown): string | null {
  if (cause instanceof TimeoutError) return 'TIMEOUT'
  if (!(cause instanceof Error)) return null
  if ('code' in cause) return String(cause.code)
  return /^([A-Z]{2,}) /.exec(cause.message)?.[1] ?? null
}
