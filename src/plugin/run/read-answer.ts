import type { Attempt, Embedding, Outcome, Piece, ToolCall, Usage } from '../miner.js'
import { contractError, typeName } from './contract-error.js'
import { readStream } from './read-stream.js'

/**
 * Reads what a miner says, without trusting it.
 *
 * @throws {NoAnswer} EMPTY_ANSWER when all of it is white space · ANSWER_TOO_LONG · MINER_MISBEHAVES when it yields or
 *   returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function* readAnswer(
  said: AsyncIterator<string | Piece, Outcome>,
  signal: AbortSignal,
): AsyncGenerator<Piece, Outcome> {
  return parseOutcome(yield* readStream(said, signal, 'miner'))
}

/**
 * What a miner returned, as far as it is an outcome. A count or an attempt that is none is left out: an answer is not
 * thrown away for what only the log wants to know.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES when it does not say which model spoke and why it stopped
 */
export function parseOutcome(end: unknown): Outcome {
  const { model, finishReason, usage, toolCalls, attempts } = fieldsOf(end)
  if (typeof model !== 'string' || typeof finishReason !== 'string') {
    const message = `the miner returned ${typeName(end)}, and not which model spoke and why it stopped`
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

const counts = ['promptTokens', 'cachedTokens', 'completionTokens', 'reasoningTokens'] as const

function usageOf(usage: Fields): Usage {
  return Object.fromEntries(counts.flatMap(name => (isCount(usage[name]) ? [[name, usage[name]]] : [])))
}

/** Is it an attempt as its type says? */
export function isAttempt(value: unknown): value is Attempt {
  const { endpoint, model, ms, error } = fieldsOf(value)
  return (
    typeof endpoint === 'string' &&
    typeof model === 'string' &&
    isCount(ms) &&
    (error === undefined || typeof error === 'string')
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

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}

/**
 * What a miner gave for so many texts, if it is what its type says.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES
 */
export function parseEmbedding(given: unknown, texts: number): Embedding {
  const embedding = (given ?? {}) as Partial<Embedding>
  const { model, vectors } = embedding
  if (typeof model === 'string' && Array.isArray(vectors) && vectors.length === texts && vectors.every(isVector))
    return embedding as Embedding
  const message = 'the miner did not give a vector of numbers for each text, and the model that made them'
  throw contractError('miner', message, 'return { model, vectors } from embed')
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite)
}
