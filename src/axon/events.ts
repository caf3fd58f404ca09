import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Attempt, Outcome, Question, ToolCall } from '../plugin/miner.js'
import type { AnswerCut } from '../plugin/run/whole-answer.js'

/** The fields that every record of a request has. Prompts and answers are on a channel of their own; signatures on none. */
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

/** When a request reached each point of its way, in milliseconds since its arrival; absent where it did not get there. */
export type RequestTimes = {
  /** its head was read */
  readonly claimed?: number | undefined
  /** its signature holds */
  readonly verified?: number | undefined
  /** it has its place; on a route that takes none, its body was read and accepted */
  readonly placed?: number | undefined
  /** the miner's first token came */
  readonly firstToken?: number | undefined
  readonly done: number
}

export type Started = RequestRecord
/** The miner yielded its first token; published for each question of a dialect that asks more than once. */
export type FirstToken = RequestRecord
/** The last record of a request, whose way is known. */
export type EndedRequest = RequestRecord & { readonly times: RequestTimes }
export type AnsweredEvent = EndedRequest & AnswerProgress & { readonly status: number }
/** The request was refused before the miner was asked. */
export type Refused = EndedRequest & { readonly status: number; readonly code: string; readonly reason: string }
/**
 * The request had its place, and its answer failed; the status of a stream that was cut is 200. `error` is what was
 * thrown, for the log only; `plugin` is the miner or dialect that threw it.
 */
export type Failed = Refused & AnswerProgress & { readonly plugin: string; readonly error: unknown }
/** The caller disconnected before it was answered. */
export type Cancelled = EndedRequest & AnswerProgress

/** What the records of a request tell of its questions to the miner. */
export type AnswerRecord = {
  /** of the last question; absent when the miner was not asked, or did not finish */
  readonly outcome?: Outcome
  /** the finished ones of all questions; absent when the miner reported none */
  readonly attempts?: readonly Attempt[]
  /** an answer was cut, by its deadline or by an endpoint that broke off */
  readonly partial?: true
  /** of a partial answer */
  readonly cut?: AnswerCut
}

/** How far the answer got. `pieces`: how many pieces of a stream were written; absent for a whole answer. */
export type AnswerProgress = AnswerRecord & { readonly pieces?: number }

/**
 * What a miner was asked, and what it answered: whole, or as far as it got. Published for each question of a request, but
 * for embeddings, before the last record of the request; only while the channel has a subscriber.
 */
export type ConversationRecord = {
  readonly axon: string
  /** of the request */
  readonly id: string
  readonly question: Question
  /** of a relay, the bytes of the model's server as text; at most 256 KiB of UTF-8 */
  readonly answer: string
  /** whether the answer was longer */
  readonly isTruncated: boolean
  readonly toolCalls: readonly ToolCall[]
}

/** The records of requests, by the last part of their channels' names. */
export type RequestEvents = {
  refused: Refused
  started: Started
  firstToken: FirstToken
  answered: AnsweredEvent
  failed: Failed
  cancelled: Cancelled
}

/** What all channels carry. */
export type ChannelEvents = RequestEvents & { conversation: ConversationRecord }

const channels = {
  refused: channel('miner.request.refused'),
  started: channel('miner.request.started'),
  firstToken: channel('miner.request.firstToken'),
  answered: channel('miner.request.answered'),
  failed: channel('miner.request.failed'),
  cancelled: channel('miner.request.cancelled'),
  conversation: channel('miner.request.conversation'),
}

/** Whether a channel has subscribers, for what costs too much to collect without them. */
export function isObserved(event: keyof ChannelEvents): boolean {
  return channels[event].hasSubscribers
}

/** Publishes a record; `record` is called only when the channel has subscribers. */
export function publish<Event extends keyof ChannelEvents>(event: Event, record: () => ChannelEvents[Event]): void {
  if (channels[event].hasSubscribers) channels[event].publish(record())
}

/**
 * Subscribes to one channel until the returned function is called. Node rethrows what a subscriber throws as an uncaught
 * exception, which would end the process, so it goes to `onError` instead.
 */
export function observe<Event extends keyof ChannelEvents>(
  event: Event,
  subscriber: (record: ChannelEvents[Event]) => void,
  onError: (error: unknown) => void,
): () => void {
  const { name } = channels[event]
  const guarded = (record: unknown) => {
    try {
      subscriber(record as ChannelEvents[Event])
    } catch (error) {
      onError(error)
    }
  }
  subscribe(name, guarded)
  return () => void unsubscribe(name, guarded)
}
