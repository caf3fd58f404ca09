import type { Embedding } from '../miner.js'
import { misbehaves } from './misbehaves.js'

/**
 * What a miner gave for so many texts, if it is what its type says.
 *
 * @throws {NoAnswer} MINER_MISBEHAVES
 */
export function embeddingOf(given: unknown, texts: number): Embedding {
  const embedding = (given ?? {}) as Partial<Embedding>
  const { model, vectors } = embedding
  if (typeof model === 'string' && Array.isArray(vectors) && vectors.length === texts && vectors.every(isVector))
    return embedding as Embedding
  const message = 'the miner did not give a vector of numbers for each text, and the model that made them'
  throw misbehaves('miner', message, 'return { model, vectors } from embed')
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite)
}
