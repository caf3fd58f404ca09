import type { RequestOutcome } from '../axon/events.js'
import type { Attempt, Question, ToolCall } from '../plugin/miner.js'
import type { Usage } from '../plugin/money/spending.js'

/** A request of a proven caller, as the file keeps it. What is not known is null. */
export type LoggedRequest = {
  /** increases with each request that is written */
  readonly seq: number
  readonly id: string
  /** epoch milliseconds of arrival */
  readonly at: number
  /** milliseconds from arrival to the end */
  readonly ms: number
  readonly hotkey: string
  readonly address: string
  readonly synapse: string
  readonly outcome: RequestOutcome
  /** null: the caller disconnected */
  readonly status: number | null
  readonly code: string | null
  readonly reason: string | null
  readonly model: string | null
  /** that gave the answer */
  readonly endpoint: string | null
  readonly finishReason: string | null
  /** of a partial answer: `deadline`, or the code of the error that broke it off */
  readonly cutBy: string | null
  /** how many pieces of a stream were written; null for a whole answer */
  readonly pieces: number | null
  readonly attempts: readonly Attempt[]
  readonly usage: Usage
  readonly costUsd: number | null
  readonly times: LoggedTimes
}

/** Milliseconds from arrival; null where the request did not get there. */
export type LoggedTimes = { readonly [Step in (typeof steps)[number]]: number | null }
export const steps = ['claimed', 'verified', 'placed', 'firstToken', 'done'] as const

/** What a dialect asked the miner for a request, and what it got. */
export type LoggedConversation = {
  readonly question: Question
  readonly answer: string
  /** whether the answer was longer than the axon keeps */
  readonly isTruncated: boolean
  readonly toolCalls: readonly ToolCall[]
}

/** One request with all that the file knows. */
export type WholeRequest = {
  readonly request: LoggedRequest
  /** one for each question to the miner; empty when the log kept none */
  readonly conversations: readonly LoggedConversation[]
}

/** How many requests are listed at once at most. */
export const MOST_LISTED = 100_000

/** Which requests to list. */
export type RequestFilter = {
  /** epoch milliseconds of arrival */
  readonly since?: number | undefined
  readonly hotkey?: string | undefined
  readonly status?: number | undefined
  /** the first digit of the status */
  readonly statusKind?: number | undefined
  readonly outcome?: RequestOutcome | undefined
  /** milliseconds that they took at least */
  readonly minMs?: number | undefined
}

/** The last requests, the newest last, and how many of callers that proved no hotkey came in the same time. */
export type LoggedRequests = { readonly requests: readonly LoggedRequest[]; readonly strangers: number }

/** Requests in the order in which they were written. `seq`: the number up to which the log was read. */
export type WrittenRequests = { readonly requests: readonly LoggedRequest[]; readonly seq: number }
