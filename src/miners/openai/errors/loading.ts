import type { ApiError } from './api-error.js'

/** Whether an endpoint's error says that the model is still being loaded, so that the same question may be answered later. */
export function isLoading({ status, message }: ApiError): boolean {
  return (status === 503 || status === 500) && phrases.some(({ pattern }) => pattern.test(message.slice(0, 300)))
}

/** The words of servers, each with those that use them. */
const phrases: readonly { readonly pattern: RegExp; readonly of: string }[] = [
  { pattern: /^Loading model/i, of: 'llama.cpp (pull request 9056)' },
  { pattern: /\bserver loading model/i, of: 'Ollama' },
  {
    pattern: /\bis (currently|still) (loading|starting)/i,
    of: "Hugging Face's Inference API (transformers issue 32665)",
  },
  { pattern: /\bmodel\b.{0,200}\bis (being loaded|loading|warming up|starting)/is, of: 'servers in front of others' },
]
