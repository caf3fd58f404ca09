import type { Question } from '../../../plugin/miner.js'
import { type ErrorResponse, readApiError } from '../errors/api-error.js'
import { isUnsupported } from '../errors/unsupported-parameters.js'

/** What is wanted of a model beyond words. An answer without it is worthless, so it is never left out of a request. */
export type Feature = {
  /** that a model cannot do it, after its name */
  readonly lack: string
  /** fields of the request that say it */
  readonly fields: readonly string[]
  /** what servers call it when they refuse it */
  readonly called: RegExp
}

/** @param how.isRelay its answer is to be given on as the server writes it */
export function requiredFeatures(
  { messages, tools, responseFormat, logprobs }: Question,
  { isRelay }: { readonly isRelay: boolean },
): readonly Feature[] {
  const speaksOfTools = messages.some(message => message.role === 'tool' || message.toolCalls?.length)
  return [
    ...(tools?.length || speaksOfTools ? [wants.tools] : []),
    ...(responseFormat ? [wants.responseFormat] : []),
    ...(logprobs ? [wants.logprobs] : []),
    ...(isRelay ? [wants.stream] : []),
  ]
}

/** By the error that the client threw: which of these the endpoint refuses, if it does. */
export function refusedFeature(error: unknown, features: readonly Feature[]): Feature | undefined {
  if (!(error instanceof Error)) return undefined
  const heard = readApiError(error as ErrorResponse)
  const words = heard.words.slice(0, 300) // what comes later may be the question
  if (!(statuses.has(heard.status) && isUnsupported(heard)) && !flags.test(words)) return undefined
  const [field = ''] = heard.param.split(/[.[]/)
  return features.find(({ fields, called }) => (field === '' ? called.test(words) : fields.includes(field)))
}

export const wants = {
  tools: { lack: 'takes no tools', fields: ['tools', 'tool_choice'], called: /\btools?\b|tool_choice|function.call/i },
  responseFormat: {
    lack: 'takes no response format',
    fields: ['response_format'],
    called: /response_format|json.?(schema|mode|object)|structured output/i,
  },
  logprobs: { lack: 'gives no logprobs', fields: ['logprobs', 'top_logprobs'], called: /logprobs/i },
  stream: { lack: 'gives no stream', fields: ['stream'], called: /\bstream(ing)?\b/i },
} satisfies Record<string, Feature>

/** OpenAI says 403 where a model tells no logprobs, OpenRouter 404 where nobody takes tools. */
const statuses: ReadonlySet<number | undefined> = new Set([400, 403, 404, 422, 501])

/** Servers that must be started otherwise, in words of their own: vLLM, llama.cpp (500), OpenRouter, DeepSeek. */
const flags = /requires (the )?--\w|No endpoints found that support|is unavailable now/i
