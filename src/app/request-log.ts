import { inject, injectable } from 'tsyringe'
import { observe, type RequestEvents, type RequestRecord } from '../axon/channels.js'
import type { Log } from '../plugin/log.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { LOG } from './tokens.js'

/** How often the refusals of strangers are summed up. */
const SUM_MS = 10_000

/**
 * One record a request in the log. Refusals before proof are summed up, a count a reason, so that a flood of them
 * cannot fill a disk.
 */
@injectable()
export class RequestLog implements Disposable {
  readonly #log: Log
  readonly #strangers = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  readonly #stops: (() => void)[]

  constructor(@inject(LOG) log: Log) {
    this.#log = log
    this.#timer = setInterval(() => this.#sumUp(), SUM_MS).unref()
    this.#stops = [
      this.#on('answered', record => {
        const { status, outcome } = record
        log.info({
          event: 'answered',
          ...about(record),
          status,
          ...(outcome && { model: outcome.model, usage: outcome.usage }),
        })
      }),
      this.#on('refused', record => {
        if (record.hotkey === null) this.#strangers.set(record.code, (this.#strangers.get(record.code) ?? 0) + 1)
        else log.info({ event: 'refused', ...about(record), status: record.status, reason: record.reason })
      }),
      this.#on('failed', record => {
        const { status, reason, error } = record
        const foreseen = error instanceof NoAnswer || record.code !== 'INTERNAL'
        log[foreseen ? 'warn' : 'error']({ event: 'failed', ...about(record), status, reason, error })
      }),
      this.#on('cancelled', record => log.info({ event: 'cancelled', ...about(record) })),
    ]
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
    this.#sumUp()
  }

  #on<Event extends keyof RequestEvents>(event: Event, listener: (record: RequestEvents[Event]) => void): () => void {
    return observe(event, listener, error => this.#log.error({ event: 'observerFailed', error }))
  }

  #sumUp(): void {
    if (this.#strangers.size === 0) return
    this.#log.info({ event: 'refusedStrangers', seconds: SUM_MS / 1000, counts: Object.fromEntries(this.#strangers) })
    this.#strangers.clear()
  }
}

function about({ id, hotkey, claimed, synapse, ms }: RequestRecord): object {
  return { id, ...(hotkey === null ? { claimed } : { hotkey }), synapse, ms }
}
