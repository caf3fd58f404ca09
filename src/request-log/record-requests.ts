import {
  type AnswerProgress,
  type ChannelEvents,
  type ConversationRecord,
  type EndedRequest,
  observe,
  type RequestOutcome,
} from '../axon/events.js'
import type { Attempt } from '../plugin/miner.js'
import type { NewRequest } from './database/request-row.js'
import type { LoggedConversation } from './logged-request.js'
import type { RequestLogWriter } from './request-log-writer.js'

type RecordRequestsOptions = {
  /** the id of the axon */
  readonly axon: string
  readonly writer: Pick<RequestLogWriter, 'add' | 'addStranger'>
  /** whether conversations and answers are kept, too */
  readonly isFull: boolean
  /** Returns what a request cost, in US dollars; null where a price is not known. */
  readonly costOf?: ((request: EndedRequest & AnswerProgress) => number | null) | undefined
  readonly onError: (error: unknown) => void
}

/**
 * Adds each request of an axon to its request log when it ends, until it is disposed. Only callers that have proven their
 * hotkey have a row, since anyone else can send any number of requests: those are counted.
 */
export function recordRequests({ axon, writer, isFull, costOf, onError }: RecordRequestsOptions): Disposable {
  /** of requests that end now: an axon publishes the conversations of a request just before its last record */
  const conversations = new Map<string, LoggedConversation[]>()
  const on = <Event extends keyof ChannelEvents>(event: Event, listener: (record: ChannelEvents[Event]) => void) =>
    observe(event, record => record.axon === axon && listener(record), onError)

  const add = (outcome: RequestOutcome, record: Ended) => {
    const told = conversations.get(record.id)
    conversations.delete(record.id)
    if (record.hotkey === null) return writer.addStranger(record.code ?? outcome.toUpperCase())
    const request = newRequest(record, { outcome, hotkey: record.hotkey, costUsd: costOf?.(record) ?? null })
    writer.add(told ? { request, conversations: told } : { request })
  }
  const keep = ({ id, question, answer, isTruncated, toolCalls }: ConversationRecord) => {
    const told = conversations.get(id) ?? []
    conversations.set(id, [...told, { question, answer, isTruncated, toolCalls }])
  }

  const stops = [
    on('answered', record => add('answered', record)),
    on('refused', record => add('refused', record)),
    on('failed', record => add('failed', record)),
    on('cancelled', record => add('cancelled', record)),
    ...(isFull ? [on('conversation', keep)] : []),
  ]
  return {
    [Symbol.dispose]() {
      for (const stop of stops) stop()
    },
  }
}

/** The last record of a request, however it ended. */
type Ended = EndedRequest &
  AnswerProgress & { readonly status?: number; readonly code?: string; readonly reason?: string }

function newRequest(record: Ended, known: Pick<NewRequest, 'outcome' | 'hotkey' | 'costUsd'>): NewRequest {
  const { id, arrivedAt, ms, address, synapse, times, status, code, reason, outcome, cut, pieces } = record
  const attempts = record.attempts ?? outcome?.attempts ?? []
  const model = outcome?.model ?? attempts.at(-1)?.model
  const endpoint = cut ? cut.endpoint : attempts.findLast(({ error }) => error === undefined)?.endpoint
  return {
    id,
    at: arrivedAt,
    ms,
    address,
    synapse,
    times,
    ...known,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason: bounded(reason, MAX_REASON) }),
    ...(model !== undefined && { model: bounded(model, MAX_NAME) }),
    ...(endpoint !== undefined && { endpoint: bounded(endpoint, MAX_NAME) }),
    ...(outcome && { finishReason: bounded(outcome.finishReason, MAX_NAME) }),
    ...(outcome?.usage && { usage: outcome.usage }),
    ...(cut && { cutBy: bounded(cut.by, MAX_NAME) }),
    ...(pieces !== undefined && { pieces }),
    ...(attempts.length > 0 && { attempts: attempts.slice(-MAX_ATTEMPTS).map(inShort) }),
  }
}

/** Returns an attempt with the fields of its type only: a plugin may add others of any size. */
function inShort({ endpoint, model, ms, error, message, retryAfterMs, usage, isShared }: Attempt): Attempt {
  return {
    endpoint: bounded(endpoint, MAX_NAME),
    model: bounded(model, MAX_NAME),
    ms,
    ...(error !== undefined && { error: bounded(error, MAX_NAME) }),
    ...(message !== undefined && { message: bounded(message, MAX_REASON) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(usage && { usage }),
    ...(isShared && { isShared }),
  }
}

// A plugin's texts may have any length, and so may the path that a refusal quotes.
const MAX_REASON = 300
const MAX_NAME = 200
const MAX_ATTEMPTS = 50

function bounded(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
