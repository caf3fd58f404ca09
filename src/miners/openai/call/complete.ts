import type { OpenAI } from 'openai'
import { until } from '../../../async/abortable.js'
import type { Outcome, Piece, Question } from '../../../plugin/miner.js'
import { ofThisModel } from '../errors/answer-errors.js'
import { modelError } from '../errors/model-error.js'
import { upstreamOf } from '../errors/upstream.js'
import { wantsOf } from '../request/features.js'
import { modelRequest } from '../request/model-request.js'
import { Answer, type Heard } from '../response/answer.js'
import { replies } from '../response/documents.js'
import { endpointFor, type Target } from '../settings/endpoints.js'
import type { CallMeans } from './call.js'
import { CallClock } from './call-timeouts.js'
import { acceptedReplies } from './drop-parameters.js'

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
  asked: CallMeans,
): AsyncGenerator<string | Piece, Outcome> {
  const ear = { isRelay: false, hear: ({ said }: Heard) => said, pass: () => undefined }
  return converse(client, target, question, { ...asked, ear })
}

/** Makes of what comes what is given on. */
export type Ear<Given> = {
  /** wants the bytes, too, to the very end of the stream */
  readonly isRelay: boolean
  hear(heard: Heard): Given | undefined
  /** bytes, after all that was heard in them */
  pass(bytes: Uint8Array): Given | undefined
}

/**
 * Asks a model once, and reads its answer, within the times that are set for it.
 *
 * @throws as `callModel`
 */
export async function* converse<Given>(
  client: OpenAI,
  target: Target,
  question: Question,
  { signal, deadline, onToken, refused, ear }: CallMeans & { readonly ear: Ear<Given> },
): AsyncGenerator<Given, Outcome> {
  const endpoint = endpointFor(target.endpoint, question)
  const { at, config } = endpoint
  const { isRelay } = ear
  const upstream = upstreamOf(endpoint)
  const clock = new CallClock(upstream, config, { signal, deadline })
  const listening = {
    upstream,
    signal: clock.signal,
    connectTimeoutMs: config.connectTimeout,
    isRelay,
    onBytes: () => clock.heard(),
  }
  const answer = new Answer(upstream, question)
  const documents = acceptedReplies({
    endpoint,
    refused,
    wants: wantsOf(question, { isRelay }),
    request: without => modelRequest(config, question, { isOpenAI: at.isOpenAI, refused: without, isRelay }),
    send: request => {
      if (!request.body.stream) clock.pause() // a whole answer has no first token
      return replies(client, request, listening)
    },
  })
  // Some servers never end a stream, or break it off; but its bytes are all there only when it said so.
  const isOver = () => (isRelay ? answer.isEnded : answer.isWhole)
  let isNew = false
  try {
    for (;;) {
      // Not `for await`: a read may never settle, not even when its signal aborts, since an embedder's client may bring any
      // fetch (that of undici 6 waits for ever for what says that it is gzip, is not, and ends with its connection).
      const { done, value } = await until(documents.next(), listening.signal)
      if (done) return answer.outcome()
      let given: Given | undefined
      if (value instanceof Uint8Array) given = ear.pass(value)
      else {
        const heard = answer.take(value)
        if (heard.isToken) {
          isNew = true
          clock.heard()
          onToken?.()
        }
        given = ear.hear(heard)
      }
      if (given !== undefined) {
        // What holds no token is no reason to listen longer.
        if (isNew) clock.pause()
        yield given
        if (isNew) clock.heard()
        isNew = false
      }
      if (isOver()) clock.heardAll()
    }
  } catch (error) {
    signal.throwIfAborted()
    if (isOver()) return answer.outcome()
    clock.signal.throwIfAborted()
    const told = modelError(error, upstream)
    throw config.model === target.endpoint.config.model ? told : ofThisModel(told)
  } finally {
    clock.stop()
    documents.return().catch(() => {})
  }
}
