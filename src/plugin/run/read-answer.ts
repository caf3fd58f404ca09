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
    ...(Array.isArray(attempts) && { attempts: attempts.filter(isAttempt) }),
  }
}

const counts = ['promptTokens', 'cachedTokens', 'cacheWriteTokens', 'completionTokens', 'reasoningTokens'] as const

function usageOf(usage: Fields): Usage {
  return Object.fromEntries(counts.flatMap(name => (isCount(usage[name]) ? [[name, usage[name]]] : [])))
}

/** Returns whether a value is an attempt as its type defines it. */
export function isAttempt(value: unknown): value is Attempt {
  const { endpoint, model, ms, error, retryAfterMs, usage } = fieldsOf(value)
  return (
    typeof endpoint === 'string' &&
    typeof model === 'string' &&
    isCount(ms) &&
    (error === undefined || typeof error === 'string') &&
    (retryAfterMs === undefined || isCount(retryAfterMs)) &&
    (usage === undefined || isUsage(usage))
  )
}

function isUsage(value: unknown): value is Usage {
  return isObject(value) && counts.every(name => value[name] === undefined || isCount(value[name]))
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

function isCount(value: unknown): value is number {
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
