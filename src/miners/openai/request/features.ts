import type { Question } from '../../../plugin/miner.js'
import { type ErrorResponse, readApiError } from '../errors/api-error.js'
import { isUnsupported } from '../errors/unsupported-parameters.js'

/** A feature that a question needs beyond text. An answer without it is worthless, so its fields are never left out. */
export type Feature = {
  /** how an error puts it that a model lacks the feature, after the model's name */
  readonly lack: string
  /** fields of the request that ask for it */
  readonly fields: readonly string[]
  /** matches its name in a server's refusal */
  readonly pattern: RegExp
}

/**
 * Returns the features that a question needs.
 *
 * @param options.isRelay the answer is relayed byte by byte
 */
export function requiredFeatures(
  { messages, tools, responseFormat, logprobs }: Question,
  { isRelay }: { readonly isRelay: boolean },
): readonly Feature[] {
  const mentionsTools = messages.some(message => message.role === 'tool' || message.toolCalls?.length)
  return [
    ...(tools?.length || mentionsTools ? [features.tools] : []),
    ...(responseFormat ? [features.responseFormat] : []),
    ...(logprobs ? [features.logprobs] : []),
    ...(isRelay ? [features.stream] : []),
  ]
}

/** Returns the feature of these that the endpoint refuses, by the error that the client threw. */
export function refusedFeature(error: unknown, required: readonly Feature[]): Feature | undefined {
  if (!(error instanceof Error)) return undefined
  const apiError = readApiError(error as ErrorResponse)
  const message = apiError.message.slice(0, 300) // later text may quote the question
  if (!(refusalStatuses.has(apiError.status) && isUnsupported(apiError)) && !refusalPhrases.test(message))
    return undefined
  const [field = ''] = apiError.param.split(/[.[]/)
  return required.find(({ fields, pattern }) => (field === '' ? pattern.test(message) : fields.includes(field)))
}

/** The features that a question may need. */
export const features = {
  tools: { lack: 'takes no tools', fields: ['tools', 'tool_choice'], pattern: /\btools?\b|tool_choice|function.call/i },
  responseFormat: {
    lack: 'takes no response format',
    fields: ['response_format'],
    pattern: /response_format|json.?(schema|mode|object)|structured output/i,
  },
  logprobs: { lack: 'gives no logprobs', fields: ['logprobs', 'top_logprobs'], pattern: /logprobs/i },
  stream: { lack: 'gives no stream', fields: ['stream'], pattern: /\bstream(ing)?\b/i },
} satisfies Record<string, Feature>

/** OpenAI sends 403 when a model has no logprobs, OpenRouter 404 when none of its providers takes tools. */
const refusalStatuses: ReadonlySet<number | undefined> = new Set([400, 403, 404, 422, 501])

/** Phrases of vLLM and llama.cpp (500) when a start flag is missing, of OpenRouter and of DeepSeek. */
const refusalPhrases = /requires (the )?--\w|No endpoints found that support|is unavailable now/i
