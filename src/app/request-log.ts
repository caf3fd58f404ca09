import { inject, injectable } from 'tsyringe'
import { observe, type RequestEvents, type RequestRecord } from '../axon/events.js'
import type { Log } from '../plugin/log.js'
import type { Attempt } from '../plugin/miner.js'
import { AXON_ID, LOG } from './tokens.js'

/** How often the requests of unverified callers are summarized. */
const SUMMARY_MS = 10_000

/**
 * Logs one record per request of an axon. Requests of unverified callers are summarized as a count per result, so that a flood of them cannot fill a disk; the first failure since the last summary is logged, too.
 */
@injectable()
export class RequestLog implements Disposable {
  readonly #log: Log
  readonly #axon: string
  readonly #strangers = new Map<string, number>()
  /** whether a failure of a stranger has been logged since the last summary */
  #loggedFailure = false
  readonly #timer: NodeJS.Timeout
  readonly #stops: (() => void)[]

  constructor(@inject(LOG) log: Log, @inject(AXON_ID) axon: string) {
    this.#log = log
    this.#axon = axon
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#summarize(), SUMMARY_MS).unref()
    this.#stops = [
      this.#on('answered', record => {
        if (record.hotkey === null) return this.#count('ANSWERED')
        const { status, outcome, firstMs, pieces, partial } = record
        const { model, usage, attempts } = outcome ?? {}
        log.info({
          event: 'answered',
          ...about(record),
          status,
          firstMs,
          pieces,
          partial,
          model,
          usage,
          attempts: attempts?.map(inShort),
        })
      }),
      this.#on('refused', record => {
        if (record.hotkey === null) this.#count(record.code)
        else log.info({ event: 'refused', ...about(record), status: record.status, reason: record.reason })
      }),
      this.#on('failed', record => {
        const { hotkey, code, status, firstMs, pieces, attempts, reason, plugin, error } = record
        if (hotkey === null) {
          this.#count(code)
          if (this.#loggedFailure) return
          this.#loggedFailure = true
        }
        log[code === 'INTERNAL' ? 'error' : 'warn']({
          event: 'failed',
          ...about(record),
          status,
          firstMs,
          pieces,
          reason,
          plugin,
          attempts: attempts?.map(inShort),
          error,
        })
      }),
      this.#on('cancelled', record => {
        if (record.hotkey === null) this.#count('CANCELLED')
        else log.info({ event: 'cancelled', ...about(record), firstMs: record.firstMs, pieces: record.pieces })
      }),
    ]
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
    this.#summarize()
  }

  #on<Event extends keyof RequestEvents>(event: Event, listener: (record: RequestEvents[Event]) => void): () => void {
    const ofThisAxon = (record: RequestEvents[Event]) => record.axon === this.#axon && listener(record)
    return observe(event, ofThisAxon, error => this.#log.error({ event: 'observerFailed', error }))
  }

  #count(code: string): void {
    this.#strangers.set(code, (this.#strangers.get(code) ?? 0) + 1)
  }

  #summarize(): void {
    this.#loggedFailure = false
    if (this.#strangers.size === 0) return
    this.#log.info({ event: 'strangers', seconds: SUMMARY_MS / 1000, counts: Object.fromEntries(this.#strangers) })
    this.#strangers.clear()
  }
}

function inShort({ endpoint, error = 'answered', retryAfterMs }: Attempt): string {
  return `${endpoint}: ${error}${retryAfterMs === undefined ? '' : `, retry after ${retryAfterMs} ms`}`
}

function about({ id, hotkey, claimed, synapse, ms }: RequestRecord): object {
  return { id, ...(hotkey === null ? { claimed } : { hotkey }), synapse, ms }
}
