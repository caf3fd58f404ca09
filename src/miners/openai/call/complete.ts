import { abortable } from '../../../async/abortable.js'
import type { Piece, Question } from '../../../plugin/miner.js'
import { asUnsupportedModel } from '../errors/answer-errors.js'
import { modelError } from '../errors/model-error.js'
import { upstreamOf } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { requiredFeatures } from '../request/features.js'
import { modelRequest } from '../request/model-request.js'
import { AnswerReader, type Delta } from '../response/answer.js'
import { documents } from '../response/documents.js'
import { endpointFor, type Target } from '../settings/endpoints.js'
import type { AnswerStream, CallContext } from './call.js'
import { CallTimeouts } from './call-timeouts.js'
import { droppingRefused } from './drop-parameters.js'

/**
 * Asks a model once, and streams its answer. When it refuses a parameter, the request is sent again without it, within
 * the same call.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason when it aborts; an unexpected error unchanged
 */
export function callModel(
  client: ModelClient,
  target: Target,
  question: Question,
  asked: CallContext,
): AnswerStream<string | Piece> {
  const reader = { isRelay: false, onDelta: ({ content }: Delta) => content, onBytes: () => undefined }
  return complete(client, target, question, { ...asked, reader })
}

/** Turns what arrives into the chunks to yield; undefined: yield nothing. */
export type DeltaReader<Chunk> = {
  /** also reads the bytes, to the very end of the stream */
  readonly isRelay: boolean
  onDelta(delta: Delta): Chunk | undefined
  /** called after `onDelta` for all deltas in these bytes */
  onBytes(bytes: Uint8Array): Chunk | undefined
}

/**
 * Asks a model once, and reads its answer within the configured timeouts.
 *
 * @throws as `callModel`
 */
export async function* complete<Chunk>(
  client: ModelClient,
  target: Target,
  question: Question,
  { signal, deadline, onToken, onUsage, refused, reader }: CallContext & { readonly reader: DeltaReader<Chunk> },
): AnswerStream<Chunk> {
  const endpoint = endpointFor(target.endpoint, question)
  const { at, config } = endpoint
  const { isRelay } = reader
  const upstream = upstreamOf(endpoint)
  const timeouts = new CallTimeouts(upstream, config, { signal, deadline })
  const options = {
    upstream,
    signal: timeouts.signal,
    connectTimeoutMs: config.connectTimeout,
    isRelay,
    onBytes: () => timeouts.onToken(),
  }
  const answer = new AnswerReader(upstream, question, { isOnly: isRelay || (config.n ?? 1) === 1 })
  const incoming = droppingRefused({
    endpoint,
    refused,
    required: requiredFeatures(question, { isRelay }),
    buildRequest: omitted => modelRequest(config, question, { isOpenAI: at.isOpenAI, refused: omitted, isRelay }),
    send: request => {
      if (!request.body.stream) timeouts.onWholeAsked()
      return documents(client, request, options)
    },
  })
  // Some servers never end a stream, or break it off after the answer. A relay's bytes are complete only when the
  // endpoint has sent its own end.
  const mayBeComplete = () => (isRelay ? answer.isEnded : answer.isWhole)
  const isComplete = () => mayBeComplete() && (isRelay || timeouts.isSilent || answer.isFinished)
  const outcome = () => {
    if (answer.finalUsage) onUsage?.(answer.finalUsage)
    return answer.outcome()
  }
  let hasNewToken = false
  try {
    for (;;) {
      // Not `for await`: a read may never settle, not even when its signal aborts, since an embedder's client may bring any
      // fetch (undici 6's waits for ever on a body declared as gzip that is not, and ends with its connection).
      const { done, value } = await abortable(incoming.next(), options.signal)
      if (done) return outcome()
      let chunk: Chunk | undefined
      if (value instanceof Uint8Array) chunk = reader.onBytes(value)
      else {
        const delta = answer.take(value)
        if (delta.isMore) timeouts.onMore()
        if (delta.isToken) {
          hasNewToken = true
          timeouts.onToken()
          onToken?.()
        }
        chunk = reader.onDelta(delta)
      }
      if (chunk !== undefined) {
        // A chunk without a new token must not extend the idle timeout.
        if (hasNewToken) timeouts.pause()
        yield chunk
        if (hasNewToken) timeouts.onToken()
        hasNewToken = false
      }
      if (mayBeComplete()) timeouts.onEnd()
    }
  } catch (error) {
    signal.throwIfAborted()
    if (isComplete()) return outcome()
    timeouts.signal.throwIfAborted()
    const translated = modelError(error, upstream)
    throw config.model === target.endpoint.config.model ? translated : asUnsupportedModel(translated)
  } finally {
    timeouts.stop()
    incoming.return().catch(() => {})
  }
}
