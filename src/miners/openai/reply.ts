import type { Usage } from '../../plugin/miner.js'

/** What one document of the chat API says: a whole completion, or one piece of a stream. */
export type Reply = {
  readonly model?: string
  readonly usage?: Usage
  /** absent when the document has no choices, as the last piece of a stream, which tells usage */
  readonly choice?: Choice
}

type Choice = {
  readonly text: string
  /** the model's words about why it will not answer */
  readonly refusal: string
  readonly callsTools: boolean
  readonly finishReason?: string
}

/** Reads a document. Anything may be missing from it, or be something else, since many programs speak this API. */
export function readReply(document: unknown): Reply {
  const { model, usage, choices } = record(document)
  const choice = pick(Array.isArray(choices) ? choices.filter(isRecord).map(readChoice) : [])
  return { ...given('model', label(model)), ...given('usage', readUsage(usage)), ...given('choice', choice) }
}

/** The first that is complete, else the first that says anything. */
function pick(choices: readonly Choice[]): Choice | undefined {
  const speaking = choices.filter(({ text }) => text.trim() !== '')
  return speaking.find(({ finishReason }) => finishReason === 'stop') ?? speaking[0] ?? choices[0]
}

function readChoice({ message, delta, finish_reason }: Record<string, unknown>): Choice {
  const { content, refusal, tool_calls, function_call } = record(message ?? delta)
  return {
    text: typeof content === 'string' ? content : '',
    refusal: typeof refusal === 'string' ? refusal : '',
    callsTools: (Array.isArray(tool_calls) && tool_calls.length > 0) || function_call != null,
    ...given('finishReason', label(finish_reason)),
  }
}

function readUsage(usage: unknown): Usage | undefined {
  const { prompt_tokens, completion_tokens } = record(usage)
  const counts = {
    ...given('promptTokens', count(prompt_tokens)),
    ...given('completionTokens', count(completion_tokens)),
  }
  return Object.keys(counts).length > 0 ? counts : undefined
}

/** A name that can be logged as it is, not a text in its place. */
function label(value: unknown): string | undefined {
  return typeof value === 'string' && /^[ -~]{1,200}$/.test(value) ? value : undefined
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}
