import { inject, injectable } from 'tsyringe'
import { observe, type RequestEvents, type RequestRecord } from '../axon/events.js'
import type { Log } from '../plugin/log.js'
import type { Attempt } from '../plugin/miner.js'
import { Strangers } from './log/strangers.js'
import { AXON_ID, LOG } from './tokens.js'

/** How often the requests of unverified callers are summed up. */
const SUM_MS = 10_000

/**
 * Logs one record per request of an axon. Requests of unverified callers are logged at debug level, and summed up, so that a
 * flood of them cannot fill a disk; the first failure in each sum is logged at its usual level.
 */
@injectable()
export class AccessLog implements Disposable {
  readonly #log: Log
  readonly #axon: string
  readonly #strangers = new Strangers()
  /** whether a failure of a stranger has been logged since the last sum */
  #loggedFailure = false
  readonly #timer: NodeJS.Timeout
  readonly #stops: (() => void)[]

  constructor(@inject(LOG) log: Log, @inject(AXON_ID) axon: string) {
    this.#log = log
    this.#axon = axon
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#sumUp(), SUM_MS).unref()
    this.#stops = [
      this.#on('answered', record => {
        const { status, outcome, times, pieces, partial, cut } = record
        const { model, usage, attempts } = outcome ?? {}
        // The endpoint's failure is the operator's to mend; a deadline is the caller's choice.
        this.#write(cut && cut.by !== 'deadline' ? 'warn' : 'info', record, {
          event: 'answered',
          ...about(record),
          status,
          firstMs: times.firstToken,
          pieces,
          partial,
          cutBy: cut?.by,
          model,
          endpoint: cut ? cut.endpoint : attempts?.findLast(({ error }) => error === undefined)?.endpoint,
          usage,
          attempts: attempts?.map(inShort),
        })
      }),
      this.#on('refused', record => {
        const { status, code, reason } = record
        this.#write('info', record, { event: 'refused', ...about(record), status, code, reason: bounded(reason) })
      }),
      this.#on('failed', record => {
        const { hotkey, code, status, times, pieces, attempts, reason, plugin, error } = record
        const isFirst = hotkey === null && !this.#loggedFailure
        this.#loggedFailure ||= isFirst
        const fields = {
          event: 'failed',
          ...about(record),
          status,
          code,
          firstMs: times.firstToken,
          pieces,
          reason,
          plugin,
          attempts: attempts?.map(inShort),
          error,
        }
        this.#write(code === 'INTERNAL' ? 'error' : 'warn', record, fields, isFirst)
      }),
      this.#on('cancelled', record => {
        const { times, pieces } = record
        this.#write('info', record, { event: 'cancelled', ...about(record), firstMs: times.firstToken, pieces })
      }),
    ]
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
    this.#sumUp()
  }

  #on<Event extends keyof RequestEvents>(event: Event, listener: (record: RequestEvents[Event]) => void): () => void {
    const ofThisAxon = (record: RequestEvents[Event]) => record.axon === this.#axon && listener(record)
    return observe(event, ofThisAxon, error => this.#log.error({ event: 'observerFailed', error }))
  }

  /** Logs a request: one of a stranger at debug level and in the next sum, unless it `isLoud`. */
  #write(level: 'info' | 'warn' | 'error', record: Ended, fields: LogFields, isLoud = false): void {
    const isStranger = record.hotkey === null
    if (isStranger) this.#strangers.add({ ...record, code: record.code ?? fields.event.toUpperCase() })
    this.#log[isStranger && !isLoud ? 'debug' : level](fields)
  }

  #sumUp(): void {
    this.#loggedFailure = false
    const sum = this.#strangers.take()
    if (sum) this.#log.info({ event: 'strangers', seconds: SUM_MS / 1000, ...sum })
  }
}

type LogFields = { readonly event: string; readonly [name: string]: unknown }
type Ended = RequestRecord & { readonly status?: number; readonly code?: string; readonly reason?: string }

function inShort({ endpoint, error = 'answered', retryAfterMs }: Attempt): string {
  return `${endpoint}: ${error}${retryAfterMs === undefined ? '' : `, retry after ${retryAfterMs} ms`}`
}

function about({ id, hotkey, claimed, address, synapse, ms }: RequestRecord): object {
  return { id, ...(hotkey === null ? { claimed } : { hotkey }), address, synapse, ms }
}

/** A reason may quote the path or a header, which a stranger can make long. */
function bounded(reason: string): string {
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason
}

const MAX_REASON = 300
