import type { RequestOutcome } from '../../axon/events.js'
import type { Attempt, ToolCall } from '../../plugin/miner.js'
import type { Usage } from '../../plugin/money/spending.js'
import type { LoggedConversation, LoggedRequest, WholeRequest } from '../../request-log/logged-request.js'
import { RequestLogError } from '../../request-log/request-log-error.js'
import { cutColumns, fill, padColumns } from '../../text/fill.js'
import { tokensText } from '../output/answer-summary.js'
import { costText } from './request-lines.js'
import { answerText, printable } from './request-page.js'

/** An answer of a replay: the one of the log, or the new one. What is not known is null. */
export type ReplayedAnswer = {
  readonly answer: string
  readonly toolCalls: readonly ToolCall[]
  readonly model: string | null
  readonly endpoint: string | null
  readonly finishReason: string | null
  /** how the request ended; `code` and `reason` tell why it was refused or failed */
  readonly outcome: RequestOutcome
  readonly code: string | null
  readonly reason: string | null
  readonly usage: Usage
  /** whole milliseconds to the first token, and in all */
  readonly firstMs: number | null
  readonly ms: number
  readonly costUsd: number | null
}

/**
 * Returns the question of a request that can be asked again: the last one, whose answer the caller got.
 *
 * @throws {RequestLogError} CONVERSATION_MISSING
 */
export function questionOf({ request, conversations }: WholeRequest): LoggedConversation {
  const last = conversations.at(-1)
  if (last) return last
  throw new RequestLogError('CONVERSATION_MISSING', `the log has no conversation of request ${request.id}`, {
    hint: 'serve with --request-log full, which keeps the conversations of requests from then on',
  })
}

/**
 * Returns the answer that the log has. Its times count from when the request had its place, as those of the new answer count
 * from when the miner is asked.
 */
export function loggedAnswer(request: LoggedRequest, { answer, toolCalls }: LoggedConversation): ReplayedAnswer {
  const { model, endpoint, finishReason, outcome, code, reason, usage, costUsd, times, ms } = request
  const placed = times.placed ?? 0
  const firstMs = times.firstToken === null ? null : Math.round(times.firstToken - placed)
  const took = { firstMs, ms: Math.round((times.done ?? ms) - placed) }
  const ended = { finishReason, outcome, code, reason }
  return { answer, toolCalls, model, endpoint, ...ended, usage, ...took, costUsd }
}

/** Returns the endpoint of the attempt that answered. */
export function answeringEndpoint(attempts: readonly Attempt[] | undefined): string | null {
  return attempts?.findLast(({ error }) => error === undefined)?.endpoint ?? null
}

const TITLES = ['in the log', 'now'] as const
/** A terminal that is narrower has the answers one below the other. */
const MIN_WIDTH = 72
const GAP = '  │  '

/** Formats two answers beside each other. @param width columns of the terminal; undefined: it is none */
export function comparison(answers: readonly [ReplayedAnswer, ReplayedAnswer], width: number | undefined): string {
  const texts = answers.map(({ answer, toolCalls }) => printable(answerText(answer, toolCalls)).trimEnd() || '(empty)')
  const facts = answers.map(factsOf)
  if (width === undefined || width < MIN_WIDTH)
    return answers
      .map((_, at) => `${TITLES[at]}\n${facts[at]!.map(fact => `  ${fact}\n`).join('')}\n${texts[at]}\n`)
      .join('\n')
  const column = Math.floor((width - GAP.length) / 2)
  const sides = answers.map((_, at) => [
    TITLES[at]!,
    ...facts[at]!.flatMap(fact => wrapped(fact, column)),
    '',
    ...wrapped(texts[at]!, column),
  ])
  const height = Math.max(...sides.map(({ length }) => length))
  const line = (at: number) => `${padColumns(sides[0]![at] ?? '', column)}${GAP}${sides[1]![at] ?? ''}`.trimEnd()
  return `${Array.from({ length: height }, (_, at) => line(at)).join('\n')}\n`
}

function factsOf(answer: ReplayedAnswer): readonly string[] {
  const { model, endpoint, usage, firstMs, ms, costUsd } = answer
  const first = firstMs === null ? '' : `${firstMs} ms to the first words, `
  return [
    printable(`${model ?? 'unknown'}${endpoint === null ? '' : ` at ${endpoint}`}`),
    `${first}${ms} ms in all`,
    `tokens: ${tokensText(usage)}`,
    `cost: ${costText(costUsd)}`,
    printable(endText(answer)),
  ]
}

function endText({ outcome, code, reason, finishReason }: ReplayedAnswer): string {
  if (outcome === 'answered') return `finish reason: ${finishReason ?? 'unknown'}`
  const why = [code, reason].filter(text => text !== null).join(': ')
  return why === '' ? outcome : `${outcome}: ${why}`
}

/** Breaks a text into lines of some columns, within a word only if that alone is longer. */
function wrapped(text: string, column: number): readonly string[] {
  return text
    .replaceAll('\t', '    ')
    .split('\n')
    .flatMap(paragraph => fill(paragraph, { width: column }).split('\n'))
    .flatMap(line => cutColumns(line, column))
}
