import type { ApiError } from './api-error.js'

/**
 * Whether an endpoint's error says that the conversation is too long: for the model, or in one request for the limit of
 * the account, where waiting does not help either.
 */
export function isTooLong({ status, code, type, message }: ApiError): boolean {
  if (status === 413 || codes.has(code) || codes.has(type)) return true
  if (status === 429) return tooLargeForLimit.test(message)
  return statuses.has(status) && phrases.some(({ pattern }) => pattern.test(message.slice(0, MAX_START)))
}

/** Later text may quote the question, which a stranger wrote. LiteLLM puts up to three names of errors before the text. */
const MAX_START = 500

/** Values of `code` or `type`. */
const codes: ReadonlySet<string> = new Set([
  'context_length_exceeded', // OpenAI, Azure, Groq, Cerebras, xAI, llama-cpp-python
  'exceed_context_size_error', // llama.cpp since September 2025 (pull request 15780), with 500 at first, then 400
  'request_too_large', // Anthropic
  'tokens_limit_reached', // GitHub Models
  'model_max_prompt_tokens_exceeded', // GitHub Copilot
  'model_context_window_exceeded', // Z.ai
])

/** Statuses with which servers report it in words; an error within a stream may have none. */
const statuses: ReadonlySet<number | undefined> = new Set([undefined, 400, 422, 500])

/** OpenAI sends it with 429, Groq with 413: the request alone is larger than the limit of tokens per minute. */
const tooLargeForLimit = /^Request too large for /

/** The words of servers, each with those that use them. */
const phrases: readonly { readonly pattern: RegExp; readonly of: string }[] = [
  { pattern: tooLargeForLimit, of: 'OpenAI, Groq' },
  { pattern: /maximum context length/i, of: 'OpenAI, vLLM, SGLang, DeepSeek, OpenRouter, Mistral, FastChat' },
  { pattern: /exceeds? the (model's )?context (window|length)/i, of: 'OpenAI since GPT-5, Ollama for embeddings' },
  { pattern: /longer than the maximum model length/i, of: 'vLLM since 0.7 (pull request 12600)' },
  { pattern: /longer than the model's context length/i, of: 'SGLang (QwenLM/Qwen3 issue 1321), Together' },
  { pattern: /exceeds the available context size/i, of: 'llama.cpp before and after its own type' },
  { pattern: /context size has been exceeded/i, of: 'llama.cpp with 500 (issue 19774), LM Studio for MLX' },
  { pattern: /input .{0,40}is too large to process/i, of: 'llama.cpp for embeddings' },
  { pattern: /exceed context window of \d/i, of: 'llama-cpp-python with 500' },
  { pattern: /tokens \+ .max_new_tokens. must be <= \d/i, of: 'TGI with 422 (issue 628)' },
  { pattern: /inputs. must have less than \d+ tokens/i, of: 'TGI, TEI' },
  { pattern: /Prompt length \(\d+\) exceeds maximum input length/i, of: 'TensorRT-LLM' },
  { pattern: /prompt too long; exceeded (max )?context length/i, of: 'Ollama' },
  { pattern: /Trying to keep the first \d+ tokens when/i, of: 'LM Studio (bug tracker issue 237)' },
  { pattern: /initial prompt is greater than the context length/i, of: 'LM Studio, later' },
  { pattern: /ContextWindowExceededError/, of: 'LiteLLM' },
  { pattern: /prompt is too long/i, of: 'Anthropic, Vertex AI, Fireworks' },
  { pattern: /input length and .max_tokens. exceed context limit/i, of: 'Anthropic' },
  { pattern: /input is too long for requested model/i, of: 'Bedrock' },
  { pattern: /input token count.{0,20} exceeds the maximum number of tokens/i, of: 'Gemini' },
  { pattern: /maximum prompt length is \d/i, of: 'xAI' },
  { pattern: /reduce the length of the (messages|prompt|input)/i, of: 'Groq, Cerebras' },
  { pattern: /too many tokens: size limit exceeded/i, of: 'Cohere' },
  { pattern: /exceeded model token limit/i, of: 'Moonshot' },
  { pattern: /context window exceeds limit/i, of: 'MiniMax' },
  { pattern: /Range of input length should be \[/i, of: 'DashScope' },
  { pattern: /Prompt (超长|exceeds max length)/i, of: 'Z.ai, code 1261' },
]
