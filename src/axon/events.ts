import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AnswerRecord } from './answer/miner-session.js'

/** What every record of a request tells. It holds no prompt, no answer, no signature. */
export type RequestRecord = {
  /** which axon of this process, see `Axon.id` */
  readonly axon: string
  readonly id: string
  /** the peer's address */
  readonly address: string
  readonly synapse: string
  /** the hotkey that the head claims; nothing proves it */
  readonly claimed: string | null
  /** the hotkey that signed; null until it is proven */
  readonly hotkey: string | null
  /** epoch milliseconds of arrival */
  readonly arrivedAt: number
  /** since arrival */
  readonly ms: number
}

export type Started = RequestRecord
/** The miner has begun to speak; told each time when a dialect asks more than once. */
export type FirstToken = RequestRecord
export type AnsweredEvent = RequestRecord & AnswerProgress & { readonly status: number }
/** Not let in, or not in time for a place: the miner was not asked. */
export type Refused = RequestRecord & { readonly status: number; readonly code: string; readonly reason: string }
/**
 * The request had its place, and there is no answer, or only the beginning of one: of a stream that was cut the status
 * is 200. `error` is what was thrown, for the log only; `plugin` is the miner or dialect that was at work.
 */
export type Failed = Refused & AnswerProgress & { readonly plugin: string; readonly error: unknown }
/** The caller left before it was answered. */
export type Cancelled = RequestRecord & AnswerProgress

/** How far the answer came. `pieces`: how many of a streamed one were written; absent: it was not streamed. */
export type AnswerProgress = AnswerRecord & { readonly pieces?: number }

export type RequestEvents = {
  refused: Refused
  started: Started
  firstToken: FirstToken
  answered: AnsweredEvent
  failed: Failed
  cancelled: Cancelled
}

const channels = {
  refused: channel('miner.request.refused'),
  started: channel('miner.request.started'),
  firstToken: channel('miner.request.firstToken'),
  answered: channel('miner.request.answered'),
  failed: channel('miner.request.failed'),
  cancelled: channel('miner.request.cancelled'),
}

/** Tells whoever listens. `record` is made only when somebody does. */
export function publish<Event extends keyof RequestEvents>(event: Event, record: () => RequestEvents[Event]): void {
  if (channels[event].hasSubscribers) channels[event].publish(record())
}

/**
 * Listens to one channel until the returned function is called. A subscriber that throws would end the process
 * (Node rethrows it as an uncaught exception), so what it throws goes to `onError` instead.
 */
export function observe<Event extends keyof RequestEvents>(
  event: Event,
  subscriber: (record: RequestEvents[Event]) => void,
  onError: (error: unknown) => void,
): () => void {
  const { name } = channels[event]
  const guarded = (record: unknown) => {
    try {
      subscriber(record as RequestEvents[Event])
    } catch (error) {
      onError(error)
    }
  }
  subscribe(name, guarded)
  return () => void unsubscribe(name, guarded)
}
