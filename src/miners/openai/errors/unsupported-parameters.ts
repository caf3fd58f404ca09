import { type ApiError, type ErrorResponse, readApiError } from './api-error.js'

/**
 * Which of the parameters that were sent an endpoint refuses to know, by its error: OpenAI names one by a code, other
 * servers in words (vLLM, LiteLLM, FastAPI, Groq, xAI, Gemini and Mistral were looked at). A value out of range is no
 * such error: the parameter may be sent.
 *
 * @param error what the client threw
 * @param sent the names in the request's body
 */
export function unsupportedParameters(error: unknown, sent: readonly string[]): readonly string[] {
  if (!(error instanceof Error)) return []
  const heard = readApiError(error as ErrorResponse)
  if ((heard.status !== 400 && heard.status !== 422) || !isUnsupported(heard)) return []
  const candidates = sent.filter(name => !needed.has(name))
  if (heard.param !== '') return candidates.filter(name => name === heard.param.split(/[.[]/)[0])
  const words = beginning(heard)
  return candidates.filter(name => names(name).test(words))
}

/** Without them it would be another request. */
const needed = new Set(['model', 'messages', 'prompt'])

const codes = new Set(['unsupported_parameter', 'unsupported_value', 'unknown_parameter'])
const phrases =
  /unsupported|unrecogni[sz]ed|unknown|unexpected|(not|n't) (be )?(support|permit|allow|enabled|recogni[sz]ed)|extra_forbidden|cannot (find field|both be)/i

/** Does it say that something is not known or not taken? */
export function isUnsupported(heard: ApiError): boolean {
  return codes.has(heard.code) || phrases.test(beginning(heard))
}

/** What comes later may be the question, which somebody else wrote. */
function beginning({ words }: ApiError): string {
  return words.slice(0, 300)
}

/** `presence_penalty`, or `presencePenalty`, as a word. */
function names(parameter: string): RegExp {
  const escaped = parameter.replace(/[^\w]/g, '\\$&')
  const camel = escaped.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return new RegExp(`(?<![\\w-])(${escaped}|${camel})(?![\\w-])`)
}
