import type { OpenAI } from 'openai'
import { abortable } from '../../../async/abortable.js'
import type { Outcome, Piece, Question } from '../../../plugin/miner.js'
import { asUnsupportedModel } from '../errors/answer-errors.js'
import { modelError } from '../errors/model-error.js'
import { upstreamOf } from '../errors/upstream.js'
import { requiredFeatures } from '../request/features.js'
import { modelRequest } from '../request/model-request.js'
import { AnswerReader, type Delta } from '../response/answer.js'
import { documents } from '../response/documents.js'
import { endpointFor, type Target } from '../settings/endpoints.js'
import type { CallContext } from './call.js'
import { CallTimeouts } from './call-timeouts.js'
import { droppingRefused } from './drop-parameters.js'

/**
 * Asks a model once, and gives on what it says as it comes. What it refuses for a parameter is asked again without it,
 * which counts as the same call.
 *
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
 */
export function callModel(
  client: OpenAI,
  target: Target,
  question: Question,
  asked: CallContext,
): AsyncGenerator<string | Piece, Outcome> {
  const reader = { isRelay: false, onDelta: ({ content }: Delta) => content, onBytes: () => undefined }
  return complete(client, target, question, { ...asked, reader })
}

/** Makes of what comes what is given on. */
export type DeltaReader<Given> = {
  /** wants the bytes, too, to the very end of the stream */
  readonly isRelay: boolean
  onDelta(delta: Delta): Given | undefined
  /** bytes, after all that was delta in them */
  onBytes(bytes: Uint8Array): Given | undefined
}

/**
 * Asks a model once, and reads its answer, within the times that are set for it.
 *
 * @throws as `callModel`
 */
export async function* complete<Given>(
  client: OpenAI,
  target: Target,
  question: Question,
  { signal, deadline, onToken, refused, reader }: CallContext & { readonly reader: DeltaReader<Given> },
): AsyncGenerator<Given, Outcome> {
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
  const answer = new AnswerReader(upstream, question)
  const replies = droppingRefused({
    endpoint,
    refused,
    wants: requiredFeatures(question, { isRelay }),
    request: without => modelRequest(config, question, { isOpenAI: at.isOpenAI, refused: without, isRelay }),
    send: request => {
      if (!request.body.stream) timeouts.pause() // a whole answer has no first token
      return documents(client, request, options)
    },
  })
  // Some servers never end a stream, or break it off; but its bytes are all there only when it said so.
  const isOver = () => (isRelay ? answer.isEnded : answer.isWhole)
  let isNew = false
  try {
    for (;;) {
      // Not `for await`: a read may never settle, not even when its signal aborts, since an embedder's client may bring any
      // fetch (that of undici 6 waits for ever for what says that it is gzip, is not, and ends with its connection).
      const { done, value } = await abortable(replies.next(), options.signal)
      if (done) return answer.outcome()
      let given: Given | undefined
      if (value instanceof Uint8Array) given = reader.onBytes(value)
      else {
        const delta = answer.take(value)
        if (delta.isToken) {
          isNew = true
          timeouts.onToken()
          onToken?.()
        }
        given = reader.onDelta(delta)
      }
      if (given !== undefined) {
        // What holds no token is no reason to listen longer.
        if (isNew) timeouts.pause()
        yield given
        if (isNew) timeouts.onToken()
        isNew = false
      }
      if (isOver()) timeouts.onEnd()
    }
  } catch (error) {
    signal.throwIfAborted()
    if (isOver()) return answer.outcome()
    timeouts.signal.throwIfAborted()
    const told = modelError(error, upstream)
    throw config.model === target.endpoint.config.model ? told : asUnsupportedModel(told)
  } finally {
    timeouts.stop()
    replies.return().catch(() => {})
  }
}
