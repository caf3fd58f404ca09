import type { Logprob } from '../../../plugin/miner.js'
import type { Usage } from '../../../plugin/money/spending.js'
import { readContent } from './content.js'
import { asCount, asRecord, asRecords, asString, isRecord, optional } from './loose-json.js'
import { readToolCallParts, type ToolCallPart } from './tool-call-parts.js'

/** One document of the API: a whole completion, or one chunk of a stream. */
export type Completion = {
  readonly model?: string
  readonly usage?: Usage
  /** empty in the last chunk of a stream, which has the usage */
  readonly choices: readonly Choice[]
}

export type Choice = {
  /** which of several answers it is part of */
  readonly index: number
  readonly text: string
  /** the model's own text about why it will not answer */
  readonly refusal: string
  readonly callParts: readonly ToolCallPart[]
  /** in `tool_calls`, or in the older `function_call` */
  readonly callsTools: boolean
  /** it carries reasoning, which is not part of the answer */
  readonly isThought: boolean
  /** of the tokens of its text */
  readonly logprobs: readonly Logprob[]
  readonly finishReason?: string
}

/**
 * Reads a document. Any field may be missing or have another type, since many programs implement this API.
 *
 * @param hasBegun the stream has already sent a part of its answer
 */
export function readCompletion(document: unknown, { hasBegun = false } = {}): Completion {
  const { model, usage, choices } = asRecord(document)
  return {
    ...optional('model', label(model)),
    ...optional('usage', readUsage(usage)),
    choices: asRecords(choices, MAX_CHOICES).map(choice => readChoice(choice, hasBegun)),
  }
}

/** The most that `n` may ask for. */
const MAX_CHOICES = 128

type Fields = Readonly<Record<string, unknown>>

/**
 * A chat model's text is in `message`, or in `delta` when streamed; a base model's is in the choice itself. Perplexity
 * sends both: in a stream, `message` is the whole text so far; in a whole document, `delta` is empty.
 */
function readChoice(choice: Fields, hasBegun: boolean): Choice {
  const parts = [choice.delta, choice.message].filter(isRecord).map(part => readPart(choice, part))
  const [first = readPart(choice, {}), second] = parts
  return second && !hasBegun && !isToken(first) ? second : first
}

/** Whether the model produced anything in it, a thought included. */
export function isToken({ text, refusal, callsTools, isThought }: Choice): boolean {
  return text !== '' || refusal !== '' || callsTools || isThought
}

/** @param part the choice's `delta` or `message` */
function readPart(choice: Fields, part: Fields): Choice {
  const { content, refusal, tool_calls, function_call, reasoning, reasoning_content } = part
  const parts = readContent(content)
  const text = parts.text || asString(choice.text)
  const callParts = readToolCallParts(tool_calls)
  const isThought = parts.isThought || asString(reasoning) !== '' || asString(reasoning_content) !== ''
  return {
    index: asCount(choice.index) ?? 0,
    text,
    refusal: asString(refusal) || parts.refusal,
    callParts,
    callsTools: callParts.length > 0 || function_call != null,
    isThought,
    // Some servers also send those of thoughts.
    logprobs: isThought && text === '' ? [] : readLogprobs(choice.logprobs),
    ...optional('finishReason', label(choice.finish_reason)),
  }
}

/** Servers that do not count send zeros: a prompt has tokens, and so has an answer. */
function readUsage(usage: unknown): Usage | undefined {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details, total_tokens } =
    asRecord(usage)
  const prompt = asCount(prompt_tokens) || undefined
  const details = asRecord(prompt_tokens_details)
  const cached = asCount(details.cached_tokens)
  const written = asCount(details.cache_write_tokens)
  const reasoning = asCount(asRecord(completion_tokens_details).reasoning_tokens)
  const told = asCount(completion_tokens)
  // xAI counts reasoning beside the answer, as its total shows (BerriAI/litellm litellm/llms/xai/chat/transformation.py
  // `fold_reasoning_tokens_into_completion`).
  const isBeside = told !== undefined && reasoning && total_tokens === (prompt ?? 0) + told + reasoning
  const completion = (isBeside ? told + reasoning : told) || undefined
  const counts = {
    ...optional('promptTokens', prompt),
    ...optional('cachedTokens', prompt === undefined ? cached || undefined : cached),
    ...optional('cacheWriteTokens', written),
    ...optional('completionTokens', completion),
    ...optional('reasoningTokens', completion === undefined ? reasoning || undefined : reasoning),
  }
  return Object.keys(counts).length > 0 ? counts : undefined
}

/** Accepts short printable ASCII only, which is safe to log. */
function label(value: unknown): string | undefined {
  return typeof value === 'string' && /^[ -~]{1,200}$/.test(value) ? value : undefined
}

/** Reads the `logprobs` of a choice; ignores entries that are not logprobs. */
export function readLogprobs(logprobs: unknown): readonly Logprob[] {
  return asRecords(asRecord(logprobs).content, Number.POSITIVE_INFINITY).flatMap(entry => {
    const { top_logprobs: top } = entry
    const alternatives = Array.isArray(top) ? asRecords(top, MAX_TOP).flatMap(logprobOf) : undefined
    return logprobOf(entry).map(one => ({
      ...one,
      ...optional('bytes', bytesOf(entry.bytes)),
      ...optional('top', alternatives),
    }))
  })
}

/** The most that `top_logprobs` may ask for. */
const MAX_TOP = 20

function logprobOf({ token, logprob }: Readonly<Record<string, unknown>>): Pick<Logprob, 'token' | 'logprob'>[] {
  return typeof token === 'string' && Number.isFinite(logprob) ? [{ token, logprob: logprob as number }] : []
}

function bytesOf(bytes: unknown): readonly number[] | undefined {
  const isBytes = Array.isArray(bytes) && bytes.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256)
  return isBytes ? bytes : undefined
}
