import type { ModelRequest } from './model-request.js'
import type { RefusedParameters } from './refused-parameters.js'
import type { ModelEndpoint } from './target.js'
import { unsupportedParameters } from './unsupported-parameters.js'

type Ways = {
  readonly endpoint: ModelEndpoint
  readonly refused: RefusedParameters
  /** makes the request without these parameters */
  request(without: ReadonlySet<string>): ModelRequest
  /** sends it, and gives the documents of the reply */
  send(request: ModelRequest): AsyncGenerator<unknown, void>
}

/**
 * Asks, and when that is refused for a parameter, once more without it; OpenAI names one at a time, so there may be
 * several. They are learned when the endpoint has accepted what is left: else it may have been about something else,
 * and a question of a stranger must not change how others are asked.
 *
 * @throws what `send` throws
 */
export async function* acceptedReplies({ endpoint, refused, request, send }: Ways): AsyncGenerator<unknown, void> {
  const without = new Set(refused.of(endpoint))
  for (;;) {
    const asked = request(without)
    const documents = send(asked)
    let first: IteratorResult<unknown, void>
    try {
      first = await documents.next()
    } catch (error) {
      const news = unsupportedParameters(error, Object.keys(asked.body)).filter(name => !without.has(name))
      if (news.length === 0) throw error
      for (const name of news) without.add(name)
      continue
    }
    refused.learn(endpoint, without)
    if (first.done) return
    try {
      yield first.value
      return yield* documents
    } finally {
      await documents.return()
    }
  }
}
