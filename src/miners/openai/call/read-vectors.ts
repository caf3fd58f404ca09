import type { Outcome } from '../../../plugin/miner.js'
import { type Upstream, unreadable } from '../errors/upstream.js'
import { readReply } from '../response/completion.js'
import { isRecord, record } from '../response/loose-json.js'

/** One for each text, in their order. */
export type Vectors = readonly (readonly number[])[]

/**
 * The vectors in an answer of the embeddings API, of which each says which text it is of.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE` when there is not one for each text, or one is no vector
 */
export function readVectors(
  document: unknown,
  count: number,
  upstream: Upstream,
): { readonly vectors: Vectors; readonly outcome: Outcome } {
  const { data } = record(document)
  const { model = upstream.model, usage } = readReply(document)
  const found = new Map<unknown, unknown>()
  if (Array.isArray(data)) for (const entry of data) if (isRecord(entry)) found.set(entry.index, entry.embedding)
  const vectors = Array.from({ length: count }, (_, at) => found.get(at))
  if (found.size !== count || !vectors.every(isVector)) throw unreadable(upstream, 'without a vector for each text')
  return { vectors, outcome: { model, finishReason: 'stop', ...(usage && { usage }) } }
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
}
