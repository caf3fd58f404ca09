import type { Attempt, Embedding, Outcome, Piece, ToolCall } from '../miner.js'
import type { Usage } from '../money/spending.js'
import { contractError, typeName } from './contract-error.js'
import { readStream } from './read-stream.js'

/**
 * Reads a miner's answer without trusting it.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when the answer is white space only · ANSWER_TOO_LONG · MINER_MISBEHAVES when the miner
 *   yields or returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function* readAnswer(
  generator: AsyncIterator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<Piece, Outcome> {
  return parseOutcome(yield* readStream(generator, signal, 'miner'))
}

/**
 * Parses the outcome that a miner returned. Ignores invalid counts and attempts: they are only logged, and do not
 * justify dropping an answer.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES when the outcome lacks the model or the reason why it stopped
 */
export function parseOutcome(returned: unknown): Outcome {
  const { model, finishReason, usage, toolCalls, attempts } = fieldsOf(returned)
  if (typeof model !== 'string' || typeof finishReason !== 'string') {
    const message = `the miner returned ${typeName(returned)} without \`model\` and \`finishReason\` as text`
    throw contractError('miner', message, 'return { model, finishReason } at the end of prompt')
  }
  return {
    model,
    finishReason,
    ...(isObject(usage) && { usage: usageOf(usage) }),
    ...(Array.isArray(toolCalls) && toolCalls.length > 0 && { toolCalls: toolCalls.filter(isToolCall) }),
    ...(Array.isArray(attempts) && { attempts: attempts.flatMap(attempt => parseAttempt(attempt) ?? []) }),
  }
}

const counts = ['promptTokens', 'cachedTokens', 'cacheWriteTokens', 'completionTokens', 'reasoningTokens'] as const

function usageOf(usage: Fields): Usage {
  return Object.fromEntries(counts.flatMap(name => (isCount(usage[name]) ? [[name, usage[name]]] : [])))
}

/** Returns an attempt without the counts that are invalid, which are unknown then; undefined when a value is no attempt. */
export function parseAttempt(value: unknown): Attempt | undefined {
  if (!isAttempt(value)) return undefined
  const { usage, ...attempt } = value
  if (usage === undefined) return attempt
  return isObject(usage) ? { ...attempt, usage: usageOf(usage) } : attempt
}

/** Returns whether a value is an attempt as its type defines it, but for its counts. */
function isAttempt(value: unknown): value is Omit<Attempt, 'usage'> & { readonly usage?: unknown } {
  const { endpoint, model, ms, error, message, retryAfterMs } = fieldsOf(value)
  return (
    typeof endpoint === 'string' &&
    typeof model === 'string' &&
    isDuration(ms) &&
    (error === undefined || typeof error === 'string') &&
    (message === undefined || typeof message === 'string') &&
    (retryAfterMs === undefined || isDuration(retryAfterMs))
  )
}

function isToolCall(value: unknown): value is ToolCall {
  const { id, name, arguments: text } = fieldsOf(value)
  return [id, name, text].every(part => typeof part === 'string')
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

/** Tokens are whole: a count that is a fraction is a plugin's mistake. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}

/**
 * Parses the embedding that a miner returned.
 *
 * @param texts how many texts it was asked for
 * @throws {NoAnswer} MINER_MISBEHAVES
 */
export function parseEmbedding(returned: unknown, texts: number): Embedding {
  const embedding = (returned ?? {}) as Partial<Embedding>
  const { model, vectors } = embedding
  if (typeof model === 'string' && Array.isArray(vectors) && vectors.length === texts && vectors.every(isVector))
    return embedding as Embedding
  const message = 'the miner did not return the model and one vector of numbers per text'
  throw contractError('miner', message, 'return { model, vectors } from embed')
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite)
}
