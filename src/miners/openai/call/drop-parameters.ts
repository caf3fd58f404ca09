import { unsupported } from '../errors/answer-errors.js'
import { type ErrorResponse, readApiError } from '../errors/api-error.js'
import { unsupportedParameters } from '../errors/unsupported-parameters.js'
import { sanitizeText, upstreamOf } from '../errors/upstream.js'
import { type Feature, refusedFeature } from '../request/features.js'
import type { ChatRequest } from '../request/model-request.js'
import type { ModelEndpoint } from '../settings/endpoints.js'
import type { RefusedParameters } from './refused-parameters.js'

type DropOptions = {
  readonly endpoint: ModelEndpoint
  readonly refused: RefusedParameters
  /** what is never left out */
  readonly wants: readonly Feature[]
  /** makes the request without these parameters */
  request(without: ReadonlySet<string>): ChatRequest
  /** sends it, and gives the documents of the reply */
  send(request: ChatRequest): AsyncGenerator<unknown, void>
}

/**
 * Asks, and when that is refused for a parameter, once more without it; OpenAI names one at a time, so there may be
 * several. They are learned when the endpoint has accepted what is left: else it may have been about something else,
 * and a question of a stranger must not change how others are asked.
 *
 * @throws {NoAnswer} `MODEL_UNSUPPORTED` when it is refused for what is wanted
 * @throws what `send` throws
 */
export async function* droppingRefused(ways: DropOptions): AsyncGenerator<unknown, void> {
  const { endpoint, refused, wants, request, send } = ways
  const needed = new Set(wants.flatMap(({ fields }) => fields))
  const without = new Set([...refused.of(endpoint)].filter(name => !needed.has(name)))
  for (;;) {
    const asked = request(without)
    const documents = send(asked)
    let first: IteratorResult<unknown, void>
    try {
      first = await documents.next()
    } catch (error) {
      const news = unsupportedParameters(error, Object.keys(asked.body)).filter(
        name => !without.has(name) && !needed.has(name),
      )
      if (news.length === 0) throw explained(error, ways)
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

function explained(error: unknown, { endpoint, wants }: DropOptions): unknown {
  const want = refusedFeature(error, wants)
  if (!want) return error
  const upstream = upstreamOf(endpoint)
  return unsupported(upstream, want.lack, sanitizeText(readApiError(error as ErrorResponse).words, upstream.secrets))
}
