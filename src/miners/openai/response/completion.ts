import type { Logprob, Usage } from '../../../plugin/miner.js'
import { asCount, asRecord, asRecords, asString, optional } from './loose-json.js'
import { readToolCallParts, type ToolCallPart } from './tool-call-parts.js'

/** What one document of the API says: a whole completion, or one piece of a stream. */
export type Completion = {
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
  readonly callParts: readonly ToolCallPart[]
  /** also in the way that came before tools */
  readonly callsTools: boolean
  /** it tells a thought, which is not part of the answer */
  readonly thinks: boolean
  /** of the tokens of its text */
  readonly logprobs: readonly Logprob[]
  readonly finishReason?: string
}

/** Reads a document. Anything may be missing from it, or be something else, since many programs speak this API. */
export function readCompletion(document: unknown): Completion {
  const { model, usage, choices } = asRecord(document)
  return {
    ...optional('model', label(model)),
    ...optional('usage', readUsage(usage)),
    choices: asRecords(choices, MAX_CHOICES).map(readChoice),
  }
}

/** The most that may be asked for. */
const MAX_CHOICES = 128

/** A chat model's words are in a message, streamed in a delta; those of a base model in the choice itself. */
function readChoice(choice: Readonly<Record<string, unknown>>): Choice {
  const { content, refusal, tool_calls, function_call, reasoning, reasoning_content } = asRecord(
    choice.message ?? choice.delta,
  )
  const text = asString(content) || asString(choice.text)
  const callParts = readToolCallParts(tool_calls)
  const thinks = asString(reasoning) !== '' || asString(reasoning_content) !== ''
  return {
    index: asCount(choice.index) ?? 0,
    text,
    refusal: asString(refusal),
    callParts,
    callsTools: callParts.length > 0 || function_call != null,
    thinks,
    // Some servers tell those of thoughts, too.
    logprobs: thinks && text === '' ? [] : readLogprobs(choice.logprobs),
    ...optional('finishReason', label(choice.finish_reason)),
  }
}

function readUsage(usage: unknown): Usage | undefined {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = asRecord(usage)
  const counts = {
    ...optional('promptTokens', asCount(prompt_tokens)),
    ...optional('cachedTokens', asCount(asRecord(prompt_tokens_details).cached_tokens)),
    ...optional('completionTokens', asCount(completion_tokens)),
    ...optional('reasoningTokens', asCount(asRecord(completion_tokens_details).reasoning_tokens)),
  }
  return Object.keys(counts).length > 0 ? counts : undefined
}

/** A name that can be logged as it is, not a text in its place. */
function label(value: unknown): string | undefined {
  return typeof value === 'string' && /^[ -~]{1,200}$/.test(value) ? value : undefined
}

/** How likely the tokens of a choice were, as its `logprobs` tell; what is no logprob is left out. */
export function readLogprobs(logprobs: unknown): readonly Logprob[] {
  return asRecords(asRecord(logprobs).content, Number.POSITIVE_INFINITY).flatMap(entry => {
    const { top_logprobs: top } = entry
    const alternatives = Array.isArray(top) ? asRecords(top, MOST_TOP).flatMap(logprobOf) : undefined
    return logprobOf(entry).map(one => ({
      ...one,
      ...optional('bytes', bytesOf(entry.bytes)),
      ...optional('top', alternatives),
    }))
  })
}

/** The most that may be asked for. */
const MOST_TOP = 20

function logprobOf({ token, logprob }: Readonly<Record<string, unknown>>): Pick<Logprob, 'token' | 'logprob'>[] {
  return typeof token === 'string' && Number.isFinite(logprob) ? [{ token, logprob: logprob as number }] : []
}

function bytesOf(bytes: unknown): readonly number[] | undefined {
  const isBytes = Array.isArray(bytes) && bytes.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256)
  return isBytes ? bytes : undefined
}
