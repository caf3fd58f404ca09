import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { RequestOutcome } from '../../axon/events.js'
import type { LoggedConversation, LoggedRequest, LoggedTimes } from '../logged-request.js'

/** A request on its way to the file: its fields but for its number, those that are null left out. */
export type NewRequest = Pick<LoggedRequest, 'id' | 'at' | 'ms' | 'hotkey' | 'address' | 'synapse' | 'outcome'> &
  Partial<Omit<LoggedRequest, 'seq' | 'times'>> & {
    readonly times: { readonly [Step in keyof LoggedTimes]?: number | undefined }
  }

/** A request with the conversations that belong to it. */
export type NewEntry = { readonly request: NewRequest; readonly conversations?: readonly LoggedConversation[] }

/** The columns of a request but for its number. */
export const requestColumns = [
  'id',
  'at',
  'ms',
  'hotkey',
  'address',
  'synapse',
  'outcome',
  'status',
  'code',
  'reason',
  'model',
  'endpoint',
  'finish_reason',
  'cut_by',
  'pieces',
  'attempts',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'cost_usd',
  'claimed_ms',
  'verified_ms',
  'placed_ms',
  'first_token_ms',
  'done_ms',
] as const

/** Columns of texts of callers, models and plugins, which may hold a NUL. */
const foreignColumns: readonly string[] = ['synapse', 'code', 'reason', 'model', 'endpoint', 'finish_reason', 'cut_by']

/** What to select of a table, for `requestOfRow` and `conversationOfRow`: Node 22.15 reads a text to its first NUL only. */
export const selectedRequest = ['seq', ...requestColumns.map(selected)].join(', ')
export const selectedConversation = `question, ${asBytes('answer')}, is_truncated, tool_calls`

function selected(column: string): string {
  return foreignColumns.includes(column) ? asBytes(column) : column
}

function asBytes(column: string): string {
  return `CAST(${column} AS BLOB) AS ${column}`
}

// A text keeps the byte order mark that it begins with.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function textOf(value: SQLOutputValue | undefined): string | null {
  return value instanceof Uint8Array ? utf8.decode(value) : (value as string | null)
}

type Row = Readonly<Record<string, SQLOutputValue>>

/** Returns the values of a request, in the order of `requestColumns`. */
export function valuesOfRequest({ usage = {}, times, ...request }: NewRequest): SQLInputValue[] {
  const { id, at, ms, hotkey, address, synapse, outcome, status, code, reason, model, endpoint } = request
  const { finishReason, cutBy, pieces, attempts, costUsd } = request
  const values = [
    ...[id, Math.round(at), ms, hotkey, address, synapse, outcome, status, code, reason, model, endpoint],
    ...[finishReason, cutBy, pieces, attempts?.length ? JSON.stringify(attempts) : null],
    ...[usage.promptTokens, usage.cachedTokens, usage.completionTokens, usage.reasoningTokens, costUsd],
    ...[times.claimed, times.verified, times.placed, times.firstToken, times.done],
  ]
  return values.map(value => value ?? null)
}

/** Returns the values of a conversation behind its numbers, in the order of its columns. */
export function valuesOfConversation({
  question,
  answer,
  isTruncated,
  toolCalls,
}: LoggedConversation): SQLInputValue[] {
  return [
    JSON.stringify(question),
    answer,
    isTruncated ? 1 : 0,
    toolCalls.length > 0 ? JSON.stringify(toolCalls) : null,
  ]
}

/** Returns a request as a row of `selectedRequest` has it. */
export function requestOfRow(row: Row): LoggedRequest {
  const text = (column: string) => textOf(row[column])
  const number = (column: string) => row[column] as number | null
  return {
    seq: number('seq')!,
    id: text('id')!,
    at: number('at')!,
    ms: number('ms')!,
    hotkey: text('hotkey')!,
    address: text('address')!,
    synapse: text('synapse')!,
    outcome: text('outcome') as RequestOutcome,
    status: number('status'),
    code: text('code'),
    reason: text('reason'),
    model: text('model'),
    endpoint: text('endpoint'),
    finishReason: text('finish_reason'),
    cutBy: text('cut_by'),
    pieces: number('pieces'),
    attempts: JSON.parse(text('attempts') ?? '[]'),
    usage: usageOf(number),
    costUsd: number('cost_usd'),
    times: {
      claimed: number('claimed_ms'),
      verified: number('verified_ms'),
      placed: number('placed_ms'),
      firstToken: number('first_token_ms'),
      done: number('done_ms'),
    },
  }
}

/** Returns the counts that there are. */
function usageOf(number: (column: string) => number | null): LoggedRequest['usage'] {
  const counts = {
    promptTokens: number('prompt_tokens'),
    cachedTokens: number('cached_tokens'),
    completionTokens: number('completion_tokens'),
    reasoningTokens: number('reasoning_tokens'),
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== null))
}

/** Returns a conversation as a row of `selectedConversation` has it. */
export function conversationOfRow(row: Row): LoggedConversation {
  return {
    question: JSON.parse(row.question as string),
    answer: textOf(row.answer)!,
    isTruncated: row.is_truncated === 1,
    toolCalls: JSON.parse((row.tool_calls as string | null) ?? '[]'),
  }
}
