import { unsupported } from '../errors/answer-errors.js'
import { type ErrorResponse, readApiError } from '../errors/api-error.js'
import { isWordlessRefusal, unsupportedParameters } from '../errors/unsupported-parameters.js'
import { sanitizeText, upstreamOf } from '../errors/upstream.js'
import { type Feature, refusedFeature } from '../request/features.js'
import type { ChatRequest } from '../request/model-request.js'
import type { ModelEndpoint } from '../settings/endpoints.js'
import type { RefusedParameters } from './refused-parameters.js'

type DropOptions = {
  readonly endpoint: ModelEndpoint
  readonly refused: RefusedParameters
  /** features whose fields are never left out */
  readonly required: readonly Feature[]
  /** builds the request without these parameters */
  buildRequest(omitted: ReadonlySet<string>): ChatRequest
  /** sends it, and yields the documents of the reply */
  send(request: ChatRequest): AsyncGenerator<unknown, void>
}

/**
 * Sends a request, and sends it again without the parameter that the endpoint refuses; OpenAI names one at a time, so
 * there may be several rounds. `stream_options` is sent without the operator's asking for it, so a refusal without words is
 * taken for one of it until the endpoint has accepted a request. Refused parameters are remembered only once the endpoint
 * accepts the rest: otherwise the refusal may have been about something else, and one caller's question must not change
 * how other questions are sent.
 *
 * @throws {NoAnswer} `MODEL_UNSUPPORTED` when the endpoint refuses a required feature
 * @throws what `send` throws
 */
export async function* droppingRefused(options: DropOptions): AsyncGenerator<unknown, void> {
  const { endpoint, refused, required, buildRequest, send } = options
  const neededFields = new Set(required.flatMap(({ fields }) => fields))
  const omitted = new Set([...refused.of(endpoint)].filter(name => !neededFields.has(name)))
  for (;;) {
    const request = buildRequest(omitted)
    const documents = send(request)
    let first: IteratorResult<unknown, void>
    try {
      first = await documents.next()
    } catch (error) {
      const sent = Object.keys(request.body)
      const isWordless = isWordlessRefusal(error) && !refused.hasAccepted(endpoint)
      const suspects = isWordless ? sent.filter(name => name === 'stream_options') : unsupportedParameters(error, sent)
      const newlyRefused = suspects.filter(name => !omitted.has(name) && !neededFields.has(name))
      if (newlyRefused.length === 0) throw asUnsupportedFeature(error, options)
      for (const name of newlyRefused) omitted.add(name)
      continue
    }
    refused.learn(endpoint, omitted)
    if (first.done) return
    try {
      yield first.value
      return yield* documents
    } finally {
      await documents.return()
    }
  }
}

function asUnsupportedFeature(error: unknown, { endpoint, required }: DropOptions): unknown {
  const feature = refusedFeature(error, required)
  if (!feature) return error
  const upstream = upstreamOf(endpoint)
  const { message } = readApiError(error as ErrorResponse)
  return unsupported(upstream, feature.lack, sanitizeText(message, upstream.secrets))
}
