import type { ToolCall } from '../../plugin/miner.js'
import type { LoggedConversation, LoggedRequest, WholeRequest } from '../../request-log/logged-request.js'
import { escapeControls } from '../../text/escape.js'
import { attemptTexts, tokensText } from '../output/answer-summary.js'
import { rows } from '../output/table.js'
import { costText, timeText } from './request-lines.js'
import { waterfall } from './waterfall.js'

/** Formats a request for people, with its waterfall and what was said. @param width columns of the terminal, if it is one */
export function requestPage({ request, conversations }: WholeRequest, width: number | undefined): string {
  const said = conversations.map(conversationText).join('\n')
  return [rows(facts(request), width), waterfall(request), said].filter(part => part !== '').join('\n')
}

function facts(request: LoggedRequest): readonly (readonly [string, string | readonly string[]])[] {
  const { id, at, hotkey, address, synapse, code, reason, cutBy, model, endpoint, attempts, usage, costUsd, ms } =
    request
  const why = [code, reason].filter(text => text !== null).join(': ')
  return [
    ['id', id],
    ['when', `${timeText(at)} UTC`],
    ['caller', `${hotkey} at ${address}`],
    ['synapse', synapse],
    ['end', endSentence(request)],
    ...given('why', why || null),
    ...given('cut by', cutBy),
    ...given('model', model === null ? null : endpoint === null ? model : `${model} at ${endpoint}`),
    ...(attempts.length > 0 ? [['attempts', attemptTexts(attempts)] as const] : []),
    ...(model === null ? [] : [['tokens', tokensText(usage)] as const, ['cost', costText(costUsd)] as const]),
    ['time', `${Math.round(ms)} ms`],
  ]
}

function given(name: string, text: string | null): readonly (readonly [string, string])[] {
  return text === null ? [] : [[name, text]]
}

function endSentence({ outcome, status, pieces, finishReason }: LoggedRequest): string {
  if (status === null) return 'cancelled: the caller disconnected'
  const stream = pieces === null ? '' : `, as a stream of ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`
  return `${outcome} with ${status}${stream}${finishReason === null ? '' : `, finish reason ${finishReason}`}`
}

function conversationText({ question, answer, isTruncated, toolCalls }: LoggedConversation): string {
  const { messages, ...parameters } = question
  const said = answerText(answer, toolCalls)
  const end = isTruncated ? ['… the answer was longer than the log keeps'] : []
  return [
    ...messages.map(({ role, content }) => `${role}:\n${content}`),
    ...(Object.keys(parameters).length > 0 ? [`with ${JSON.stringify(parameters)}`] : []),
    ...(said === '' ? [] : [`answer:\n${[said, ...end].join('\n')}`]),
  ]
    .map(part => `${printable(part)}\n`)
    .join('\n')
}

/** Formats an answer: its text, and a line for each tool call. */
export function answerText(answer: string, toolCalls: readonly ToolCall[]): string {
  const calls = toolCalls.map(({ name, arguments: given }) => `calls ${name}(${given})`)
  return [answer, ...calls].filter(text => text !== '').join('\n')
}

/** Escapes the control characters of a text but the ends of its lines, and tabs. */
export function printable(text: string): string {
  return text.replace(/[^\n\t]+/g, escapeControls)
}
