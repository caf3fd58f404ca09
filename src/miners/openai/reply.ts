import type { Usage } from '../../plugin/miner.js'

/** What one document of the API says: a whole completion, or one piece of a stream. */
export type Reply = {
  readonly model?: string
  readonly usage?: Usage
  /** none in the last piece of a stream, which tells usage */
  readonly choices: readonly Choice[]
}

export type Choice = {
  /** which of several answers it is, or belongs to */
  readonly index: number
  readonly text: string
  /** the model's words about why it will not answer */
  readonly refusal: string
  readonly callsTools: boolean
  /** it tells a thought, which is not part of the answer */
  readonly thinks: boolean
  readonly finishReason?: string
}

/** Reads a document. Anything may be missing from it, or be something else, since many programs speak this API. */
export function readReply(document: unknown): Reply {
  const { model, usage, choices } = record(document)
  return {
    ...given('model', label(model)),
    ...given('usage', readUsage(usage)),
    choices: Array.isArray(choices) ? choices.slice(0, MAX_CHOICES).filter(isRecord).map(readChoice) : [],
  }
}

/** The most that may be asked for. */
const MAX_CHOICES = 128

/** A chat model's words are in a message, streamed in a delta; those of a base model in the choice itself. */
function readChoice({ index, text, message, delta, finish_reason }: Record<string, unknown>): Choice {
  const { content, refusal, tool_calls, function_call, reasoning, reasoning_content } = record(message ?? delta)
  return {
    index: count(index) ?? 0,
    text: string(content) || string(text),
    refusal: string(refusal),
    callsTools: (Array.isArray(tool_calls) && tool_calls.length > 0) || function_call != null,
    thinks: string(reasoning) !== '' || string(reasoning_content) !== '',
    ...given('finishReason', label(finish_reason)),
  }
}

function readUsage(usage: unknown): Usage | undefined {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = record(usage)
  const counts = {
    ...given('promptTokens', count(prompt_tokens)),
    ...given('cachedTokens', count(record(prompt_tokens_details).cached_tokens)),
    ...given('completionTokens', count(completion_tokens)),
    ...given('reasoningTokens', count(record(completion_tokens_details).reasoning_tokens)),
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

function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
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
