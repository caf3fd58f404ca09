import type { ApiError } from './api-error.js'

/** Whether an endpoint's error says that it does not have the model. */
export function isWrongModel({ status, code, type, message }: ApiError): boolean {
  if (codes.has(code) || codes.has(type)) return true
  const start = message.slice(0, 500) // later text may quote the question
  if (status === 404) return /model/i.test(start)
  return (status === 400 || status === 422 || status === 500) && phrases.some(({ pattern }) => pattern.test(start))
}

/** Values of `code` or `type`. */
const codes: ReadonlySet<string> = new Set([
  'model_not_found', // OpenAI, Groq, DashScope
  'model_not_supported', // Hugging Face's router
  'invalid_model', // Mistral, Perplexity
])

/** The words of servers that do not answer with 404, each with those that use them. */
const phrases: readonly { readonly pattern: RegExp; readonly of: string }[] = [
  { pattern: /Invalid model( name)?\b/i, of: 'LiteLLM (pull request 3142), Mistral, Perplexity' },
  { pattern: /\bmodel\b.*\bpinned\b|\bpinned\b.*\bmodel\b/is, of: 'transformers serve (pull request 45443)' },
  { pattern: /is not a valid model (identifier|ID)\b/i, of: 'transformers serve without a pinned model, OpenRouter' },
  { pattern: /Failed to load processor for /, of: 'transformers serve without a pinned model' },
  { pattern: /^Model Not Exist/i, of: 'DeepSeek' },
  {
    pattern: /^(the )?(requested )?model .{1,200} (does not exist|(was |is )?not (be )?found)/i,
    of: 'vLLM, Hugging Face, xAI',
  },
  { pattern: /could not find .{0,40}handler for /i, of: 'llama-swap' },
  { pattern: /^could not load model/i, of: 'LocalAI with 500' },
]
