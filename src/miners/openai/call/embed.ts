import type { OpenAI } from 'openai'
import { abortable } from '../../../async/abortable.js'
import type { Outcome } from '../../../plugin/miner.js'
import { asUnsupportedModel, unreadableAnswer } from '../errors/answer-errors.js'
import { modelError } from '../errors/model-error.js'
import { type Upstream, upstreamOf } from '../errors/upstream.js'
import { readCompletion } from '../response/completion.js'
import { documents } from '../response/documents.js'
import { asRecord, isRecord } from '../response/loose-json.js'
import type { Target } from '../settings/endpoints.js'
import type { CallAsked } from './call.js'
import { CallTimeouts } from './call-timeouts.js'

/**
 * Asks the configured model once for a vector for each text, which are all given at once.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
 */
export async function* embedTexts(
  client: OpenAI,
  { endpoint }: Target,
  texts: readonly string[],
  { signal, deadline }: CallAsked,
): AsyncGenerator<Vectors, Outcome> {
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
  const replies = documents(client, { path: '/embeddings', body }, options)
  try {
    const { value } = await abortable(replies.next(), options.signal)
    const { vectors, outcome } = readVectors(value, texts.length, upstream)
    timeouts.pause()
    yield vectors
    return outcome
  } catch (error) {
    signal.throwIfAborted()
    timeouts.signal.throwIfAborted()
    // A model that has words may have no vectors, and is asked for words all the same.
    throw asUnsupportedModel(modelError(error, upstream))
  } finally {
    timeouts.stop()
    replies.return().catch(() => {})
  }
}

// 800 vectors of 1,536 numbers; numbers are quick to parse.
const MAX_BYTES = 16 * 1024 * 1024

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
  const { data } = asRecord(document)
  const { model = upstream.model, usage } = readCompletion(document)
  const found = new Map<unknown, unknown>()
  if (Array.isArray(data)) for (const entry of data) if (isRecord(entry)) found.set(entry.index, entry.embedding)
  const vectors = Array.from({ length: count }, (_, at) => found.get(at))
  if (found.size !== count || !vectors.every(isVector))
    throw unreadableAnswer(upstream, 'without a vector for each text')
  return { vectors, outcome: { model, finishReason: 'stop', ...(usage && { usage }) } }
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
}
