import { type ApiError, type ErrorResponse, readApiError } from './api-error.js'

/**
 * Returns the parameters that an endpoint refuses as unsupported, by its error: OpenAI names one with a code, other
 * servers in the message (checked: vLLM, LiteLLM, FastAPI, Groq, xAI, Gemini and Mistral). A value out of range does not
 * count: the parameter itself is supported.
 *
 * @param error what the client threw
 * @param sent the names in the request's body
 */
export function unsupportedParameters(error: unknown, sent: readonly string[]): readonly string[] {
  if (!(error instanceof Error)) return []
  const apiError = readApiError(error as ErrorResponse)
  if ((apiError.status !== 400 && apiError.status !== 422) || !isUnsupported(apiError)) return []
  const candidates = sent.filter(name => !needed.has(name))
  if (apiError.param !== '') return candidates.filter(name => name === apiError.param.split(/[.[]/)[0])
  const message = startOf(apiError)
  return candidates.filter(name => nameIn(name).test(message))
}

/**
 * Whether an endpoint refuses a request with an error that has no words: gateways such as one-api pass on only the request's
 * id. A reply without a body does not count.
 */
export function isWordlessRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || (error as ErrorResponse).error === undefined) return false
  const { status, message } = readApiError(error as ErrorResponse)
  return (status === 400 || status === 422) && message.replace(/\(request id: .*\)/, '').trim() === ''
}

/** Without these it would be another question. */
const needed = new Set(['model', 'messages', 'prompt'])

const codes = new Set(['unsupported_parameter', 'unsupported_value', 'unknown_parameter'])
const phrases =
  /unsupported|unrecogni[sz]ed|unknown|unexpected|(not|n't) (be )?(support|permit|allow|enabled|recogni[sz]ed)|extra_forbidden|cannot (find field|both be)/i

/** Whether an error says that something is unknown or unsupported. */
export function isUnsupported(apiError: ApiError): boolean {
  return codes.has(apiError.code) || phrases.test(startOf(apiError))
}

/** Later text may quote the question, which a stranger wrote. */
function startOf({ message }: ApiError): string {
  return message.slice(0, 300)
}

/** Matches `presence_penalty` or `presencePenalty` as a whole word. */
function nameIn(parameter: string): RegExp {
  const escaped = parameter.replace(/[^\w]/g, '\\$&')
  const camel = escaped.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return new RegExp(`(?<![\\w-])(${escaped}|${camel})(?![\\w-])`)
}
