import { abortable } from '../../../async/abortable.js'
import type { Outcome } from '../../../plugin/miner.js'
import { asUnsupportedModel, unreadableAnswer } from '../errors/answer-errors.js'
import { modelError } from '../errors/model-error.js'
import { type Upstream, upstreamOf } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { readCompletion } from '../response/completion.js'
import { documents } from '../response/documents.js'
import { asRecord, isRecord } from '../response/loose-json.js'
import type { Target } from '../settings/endpoints.js'
import type { AnswerStream, CallAsked } from './call.js'
import { CallTimeouts } from './call-timeouts.js'

/**
 * Asks the configured model once for a vector of each text, and yields all of them at once.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason when it aborts; an unexpected error unchanged
 */
export async function* embedTexts(
  client: ModelClient,
  { endpoint }: Target,
  texts: readonly string[],
  { signal, deadline }: CallAsked,
): AnswerStream<Vectors> {
  const { model, connectTimeout, idleTimeout } = endpoint.config
  const upstream = upstreamOf(endpoint)
  const timeouts = new CallTimeouts(upstream, { firstTokenTimeout: null, idleTimeout }, { signal, deadline })
  const options = {
    upstream,
    signal: timeouts.signal,
    connectTimeoutMs: connectTimeout,
    isRelay: false,
    maxBytes: MAX_BYTES,
    onBytes: () => timeouts.onToken(),
  }
  const body = { model, input: texts, encoding_format: 'float' }
  const incoming = documents(client, { path: '/embeddings', body }, options)
  try {
    const { value } = await abortable(incoming.next(), options.signal)
    const { vectors, outcome } = readVectors(value, texts.length, upstream)
    timeouts.pause()
    yield vectors
    return outcome
  } catch (error) {
    signal.throwIfAborted()
    timeouts.signal.throwIfAborted()
    // A chat model may have no embeddings: neither key nor endpoint rests for that, so that chat goes on.
    throw asUnsupportedModel(modelError(error, upstream))
  } finally {
    timeouts.stop()
    incoming.return().catch(() => {})
  }
}

// About 800 vectors of 1,536 numbers. Larger than for a chat answer, because numbers are quick to parse.
const MAX_BYTES = 16 * 1024 * 1024

/** One for each text, in the same order. */
export type Vectors = readonly (readonly number[])[]

/**
 * Reads the vectors in a reply of the embeddings API, where each carries the index of its text.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE` when a vector is missing, surplus or not a list of numbers
 */
export function readVectors(
  document: unknown,
  count: number,
  upstream: Upstream,
): { readonly vectors: Vectors; readonly outcome: Outcome } {
  const { data } = asRecord(document)
  const { model = upstream.model, usage } = readCompletion(document)
  const embeddings = new Map<unknown, unknown>()
  if (Array.isArray(data)) for (const entry of data) if (isRecord(entry)) embeddings.set(entry.index, entry.embedding)
  const vectors = Array.from({ length: count }, (_, at) => embeddings.get(at))
  if (embeddings.size !== count || !vectors.every(isVector))
    throw unreadableAnswer(upstream, 'without a vector for each text')
  return { vectors, outcome: { model, finishReason: 'stop', ...(usage && { usage }) } }
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
}
