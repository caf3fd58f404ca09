import type { OpenAI } from 'openai'
import type { Asked, Outcome, Question } from '../../plugin/miner.js'
import { until } from '../../plugin/until.js'
import { acceptedReplies } from './accepted-replies.js'
import { Answer } from './answer.js'
import { CallClock } from './call-clock.js'
import { modelError } from './model-error.js'
import { modelRequest } from './model-request.js'
import type { RefusedParameters } from './refused-parameters.js'
import { replies } from './replies.js'
import type { Target } from './target.js'
import { upstreamOf } from './upstream.js'

/** Asks one endpoint with one key, once. `onToken` is called at each token, a thought included. */
export type CallModel = (
  target: Target,
  question: Question,
  asked: Pick<Asked, 'signal' | 'deadline'> & { readonly onToken?: () => void },
) => AsyncGenerator<string, Outcome>

/**
 * Asks a model once, and gives its words on as they come. What it refuses for a parameter is asked again without it,
 * which counts as the same call.
 *
 * @param asked `refused`: what was learned of the models so far, and where it is learned
 * @throws {NoAnswer} with a code that begins with `MODEL_`
 * @throws the signal's reason, as it is, when the signal aborts; an error of the program itself as it is
 */
export async function* callModel(
  client: OpenAI,
  { endpoint, keyAt: _ }: Target,
  { messages }: Question,
  { signal, deadline, onToken, refused }: Parameters<CallModel>[2] & { readonly refused: RefusedParameters },
): AsyncGenerator<string, Outcome> {
  const { at, config } = endpoint
  const upstream = upstreamOf(endpoint)
  const clock = new CallClock(upstream, config, deadline)
  const listening = {
    upstream,
    signal: AbortSignal.any([signal, clock.signal]),
    connectTimeoutMs: config.connectTimeout,
    onBytes: () => clock.heard(),
  }
  const answer = new Answer(upstream)
  const documents = acceptedReplies({
    endpoint,
    refused,
    request: without => modelRequest(config, messages, { isOpenAI: at.isOpenAI, refused: without }),
    send: request => {
      if (!request.body.stream) clock.pause() // a whole answer has no first token
      return replies(client, request, listening)
    },
  })
  try {
    for (;;) {
      // Not `for await`: a read may never settle, not even when its signal aborts (the fetch of undici 6, of what says
      // that it is gzip, is not, and ends with its connection).
      const { done, value: document } = await until(documents.next(), listening.signal)
      if (done) return answer.outcome()
      const { text, isToken } = answer.take(document)
      if (isToken) {
        clock.heard()
        onToken?.()
      }
      if (text !== '') {
        clock.pause()
        yield text
        clock.heard()
      }
      if (answer.isWhole) clock.heardAll()
    }
  } catch (error) {
    signal.throwIfAborted()
    if (answer.isWhole) return answer.outcome() // some servers never end a stream, or break it off
    clock.signal.throwIfAborted()
    throw modelError(error, upstream)
  } finally {
    clock.stop()
    documents.return().catch(() => {})
  }
}
