import assert from 'node:assert/strict'
import { statusError } from '#dist/miners/openai/errors/status-error.js'
import type { Upstream } from '#dist/miners/openai/errors/upstream.js'

const upstream: Upstream = {
  name: 'e',
  model: 'm',
  secrets: [],
  keySetting: 'k',
  setting: key => key,
  extraFields: [],
  extraSetting: 'x',
  surplus: undefined,
}
const told = (status: number | undefined, error: unknown) => statusError({ status, error }, upstream)

describe('a conversation that is too long is known in the words of', () => {
  const cases: [string, number | undefined, unknown][] = [
    [
      'OpenAI',
      400,
      { message: "This model's maximum context length is 8192 tokens.", code: 'context_length_exceeded' },
    ],
    ['OpenAI, in a stream', undefined, { message: 'Your input exceeds the context window of this model.' }],
    [
      'OpenAI, above the limit of a minute',
      429,
      {
        message:
          'Request too large for gpt-4 in organization org-1 on tokens per min (TPM): Limit 10000, Requested 12000.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    ],
    [
      'Groq, above the limit of a minute',
      413,
      {
        message: 'Request too large for model `x` on tokens per minute (TPM): Limit 6000',
        code: 'rate_limit_exceeded',
      },
    ],
    ['Groq', 400, { message: 'Please reduce the length of the messages or completion.' }],
    [
      'llama.cpp',
      400,
      {
        code: 400,
        message: 'request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 4390,
        n_ctx: 4096,
      },
    ],
    [
      'llama.cpp, at first',
      500,
      { code: 500, message: 'the request exceeds the available context size.', type: 'exceed_context_size_error' },
    ],
    [
      'llama.cpp, before it had a type',
      400,
      { code: 400, message: 'the request exceeds the available context size.', type: 'invalid_request_error' },
    ],
    ['llama.cpp, in the middle', 500, { code: 500, message: 'Context size has been exceeded.', type: 'server_error' }],
    [
      'llama.cpp, in a stream',
      undefined,
      { code: 400, message: 'the request exceeds it', type: 'exceed_context_size_error' },
    ],
    [
      'llama.cpp, for embeddings',
      500,
      { code: 500, message: 'input (700 tokens) is too large to process. increase the physical batch size', type: 'x' },
    ],
    ['llama-cpp-python', 500, { message: 'Requested tokens (2285) exceed context window of 2048', code: null }],
    [
      'vLLM',
      400,
      { message: "This model's maximum context length is 4096 tokens.", type: 'BadRequestError', code: 400 },
    ],
    [
      'vLLM, later',
      400,
      { message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.', code: 400 },
    ],
    [
      'SGLang, at the top of the document',
      400,
      {
        object: 'error',
        message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    ],
    [
      'TGI',
      422,
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3474 `inputs` tokens and 60 `max_new_tokens`',
    ],
    ['TGI, without an answer', 422, 'Input validation error: `inputs` must have less than 1024 tokens. Given: 2000'],
    ['TensorRT-LLM', 500, { message: 'Prompt length (5000) exceeds maximum input length (4096).' }],
    ['Ollama', 400, { message: 'prompt too long; exceeded max context length by 4 tokens' }],
    ['Ollama, for embeddings', 400, { message: 'the input length exceeds the context length' }],
    [
      'LM Studio',
      400,
      'Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    ],
    [
      'LM Studio, in a stream',
      undefined,
      { message: 'The number of tokens to keep from the initial prompt is greater than the context length.' },
    ],
    [
      'LiteLLM',
      400,
      {
        message: 'litellm.ContextWindowExceededError: litellm.BadRequestError: XaiException - too much.',
        type: null,
        code: '400',
      },
    ],
    [
      'Anthropic',
      400,
      { type: 'invalid_request_error', message: 'prompt is too long: 201130 tokens > 200000 maximum' },
    ],
    [
      'Anthropic, with the answer',
      400,
      { message: 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000' },
    ],
    ['Anthropic, in bytes, in a stream', undefined, { type: 'request_too_large', message: 'Request exceeds the size' }],
    ['Bedrock', 400, { message: 'Input is too long for requested model.' }],
    [
      'Gemini',
      400,
      {
        code: 400,
        message: 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
        status: 'INVALID_ARGUMENT',
      },
    ],
    ['xAI', 400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
    [
      'Mistral',
      400,
      {
        object: 'error',
        message: 'Prompt contains 300000 tokens, too large for model with 131072 maximum context length',
        code: '3051',
      },
    ],
    ['Cohere', 400, { message: 'too many tokens: size limit exceeded by 11326 tokens.' }],
    ['OpenRouter', 400, { message: "This endpoint's maximum context length is 32768 tokens.", code: 400 }],
    [
      'OpenRouter, in what it passes on',
      400,
      {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"message":"prompt is too long: 9 tokens"}' },
      },
    ],
    [
      'Together',
      422,
      { message: "The input (516368 tokens) is longer than the model's context length (262144 tokens)." },
    ],
    ['Moonshot', 400, { message: 'Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)' }],
    ['MiniMax', 400, { message: 'invalid params, context window exceeds limit (2013)' }],
    ['DashScope', 400, { message: '<400> InternalError.Algo: Range of input length should be [1, 30720]' }],
    ['Z.ai', 400, { code: '1261', message: 'Prompt exceeds max length' }],
    ['GitHub Models', 413, { code: 'tokens_limit_reached', message: 'Request body too large for gpt-5-mini model.' }],
    ['GitHub Copilot', 400, { code: 'model_max_prompt_tokens_exceeded', message: 'prompt token count of 9 exceeds …' }],
  ]
  for (const [title, status, error] of cases)
    it(title, () => {
      const { code, reason, misuse } = told(status, error)
      assert.deepEqual({ code, reason, misuse }, { code: 'MODEL_TOO_LONG', reason: 'tooLong', misuse: true })
    })
})

describe('a conversation is not called too long for', () => {
  const cases: [string, number | undefined, unknown, string][] = [
    ['too many tokens in a minute', 429, { message: 'Rate limit reached: too many tokens per minute' }, 'RATE_LIMITED'],
    [
      'a rate limit that mentions the context',
      429,
      { message: 'Slow down; maximum context length counts.' },
      'RATE_LIMITED',
    ],
    ['too large a limit', 400, { message: 'max_tokens is too large: 5000. It supports at most 4096' }, 'BAD_REQUEST'],
    ['a refused key', 401, { message: 'prompt is too long' }, 'KEY_REFUSED'],
    ['a missing model', 404, { message: 'no model with this maximum context length' }, 'NOT_FOUND'],
    ['a full server', 503, { message: 'prompt is too long' }, 'FAILED'],
    ['a question that is quoted', 400, { message: `Bad: ${'x'.repeat(600)} prompt is too long` }, 'BAD_REQUEST'],
  ]
  for (const [title, status, error, code] of cases)
    it(title, () => assert.equal(told(status, error).code, `MODEL_${code}`))
})
