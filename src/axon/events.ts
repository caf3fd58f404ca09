import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AnswerRecord } from './answer/miner-session.js'

/** The fields that every record of a request has. Prompts, answers and signatures are left out. */
export type RequestRecord = {
  /** the axon of this process, see `Axon.id` */
  readonly axon: string
  readonly id: string
  /** the caller's address: the peer's, or what a trusted proxy tells */
  readonly address: string
  /** what was asked for: a name that no route has is cut after 64 characters; empty when the request names none */
  readonly synapse: string
  /** the hotkey that the head claims, unproven */
  readonly claimed: string | null
  /** the hotkey that signed; null until it is proven */
  readonly hotkey: string | null
  /** epoch milliseconds of arrival */
  readonly arrivedAt: number
  /** since arrival */
  readonly ms: number
}

export type Started = RequestRecord
/** The miner yielded its first token; published for each question of a dialect that asks more than once. */
export type FirstToken = RequestRecord
export type AnsweredEvent = RequestRecord & AnswerProgress & { readonly status: number }
/** The request was refused before the miner was asked. */
export type Refused = RequestRecord & { readonly status: number; readonly code: string; readonly reason: string }
/**
 * The request had its place, and its answer failed; the status of a stream that was cut is 200. `error` is what was
 * thrown, for the log only; `plugin` is the miner or dialect that threw it.
 */
export type Failed = Refused & AnswerProgress & { readonly plugin: string; readonly error: unknown }
/** The caller disconnected before it was answered. */
export type Cancelled = RequestRecord & AnswerProgress

/** How far the answer got. `pieces`: how many pieces of a stream were written; absent for a whole answer. */
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

/** Publishes a record; `record` is called only when the channel has subscribers. */
export function publish<Event extends keyof RequestEvents>(event: Event, record: () => RequestEvents[Event]): void {
  if (channels[event].hasSubscribers) channels[event].publish(record())
}

/**
 * Subscribes to one channel until the returned function is called. Node rethrows what a subscriber throws as an uncaught
 * exception, which would end the process, so it goes to `onError` instead.
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
