import assert from 'node:assert/strict'
import nock from 'nock'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import type { NoAnswer } from '#dist/plugin/no-answer.js'
import { chunk, completion, event } from '../../../support/model-server.ts'
import { ask, build, refusal } from '../../ask.ts'
import { askingOnce } from '../asking-once.ts'

const key = 'sk-test-SECRETSECRETSECRET'

type Case = {
  title: string
  status?: number
  body: string | object
  headers?: Record<string, string>
  settings?: object
  code: string
  reason?: NoAnswer['reason']
  misuse?: boolean
  message: RegExp
  hint: RegExp
}

/** The API's own form of an error. */
const error = (message: string, type: string, code: string | null, param: string | null = null) => ({
  error: { message, type, param, code },
})

/** What servers without a 404 say of a model that they do not have. */
const wrongModels: readonly (readonly [string, number, string | object])[] = [
  ['transformers serve, pinned', 400, { detail: "Server is pinned to model 'recite', but the request names 'llama'" }],
  [
    'transformers serve, unpinned',
    500,
    {
      detail:
        "llama is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
    },
  ],
  ['OpenRouter', 400, { error: { message: 'llama is not a valid model ID', code: 400 } }],
  ['Mistral', 400, { object: 'error', message: 'Invalid model: llama', type: 'invalid_model', code: '1500' }],
  ['DeepSeek', 400, { error: { message: 'Model Not Exist', type: 'invalid_request_error' } }],
  ['Hugging Face', 400, { error: { message: "The requested model 'llama' does not exist", code: 'model_not_found' } }],
  ['LocalAI', 500, { error: { message: 'could not load model - all backends returned error: x', code: 500 } }],
]

const cases: Case[] = [
  ...wrongModels.map(([of, status, body]) => ({
    title: `a model that the endpoint lacks, in the words of ${of}`,
    status,
    body,
    settings: { model: 'llama' },
    code: 'MODEL_NOT_FOUND',
    misuse: true,
    message: /^api\.openai\.com has no model llama \(\d+\): /,
    hint: /^set --model to one that is available/,
  })),
  {
    title: 'an internal error without words, which may be about the model',
    status: 500,
    body: 'Internal Server Error',
    headers: { 'content-type': 'text/plain' },
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed \(500\)/,
    hint: /log of the endpoint.*check --model/,
  },
  ...(
    [
      [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }],
      [503, { error: 'Model meta-llama/Llama-2-13b-chat is currently loading', estimated_time: 20 }],
      [500, { error: 'llm server loading model' }],
    ] as const
  ).map(([status, body]) => ({
    title: `a model that is being loaded: ${JSON.stringify(body)}`,
    status,
    body,
    code: 'MODEL_LOADING',
    reason: 'loading' as const,
    message: /^api\.openai\.com is still loading gpt-3\.5-turbo \((503|500)\): /,
    hint: /wait until/,
  })),
  {
    title: 'another 503',
    status: 503,
    body: error('Server overloaded, please retry shortly', 'x', null),
    code: 'MODEL_FAILED',
    message: /failed \(503\): Server overloaded/,
    hint: /status page/,
  },
  {
    title: 'a key that is refused, without the words that show parts of it',
    status: 401,
    body: error('Incorrect API key provided: sk-test-*****CRET.', 'invalid_request_error', 'invalid_api_key'),
    code: 'MODEL_KEY_REFUSED',
    misuse: true,
    message: /^api\.openai\.com refuses the API key, or requires one \(401\)$/,
    hint: /OPENAI_API_KEY/,
  },
  {
    title: "a key that is refused, in LiteLLM's words without a database",
    status: 400,
    body: { error: { message: 'No connected db.', type: 'no_db_connection', param: null, code: '400' } },
    code: 'MODEL_KEY_REFUSED',
    misuse: true,
    message: /^api\.openai\.com refuses the API key, or requires one \(400\)$/,
    hint: /OPENAI_API_KEY/,
  },
  {
    title: "a key that is refused, in xAI's words, without the parts of it",
    status: 400,
    body: {
      code: 'Client specified an invalid argument',
      error: 'Incorrect API key provided: sk***CRET. You can obtain an API key from https://console.x.ai.',
    },
    code: 'MODEL_KEY_REFUSED',
    misuse: true,
    message: /^api\.openai\.com refuses the API key, or requires one \(400\)$/,
    hint: /OPENAI_API_KEY/,
  },
  ...['API key not valid. Please pass a valid API key.', 'API key expired. Please renew the API key.'].flatMap(
    message => {
      const body = {
        error: { code: 400, message, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] },
      }
      return [body, [body]].map(body => ({
        title: `a key that is refused, in Gemini's words: ${JSON.stringify(body).slice(0, 60)}…`,
        status: 400,
        body: JSON.stringify(body, null, 2),
        headers: { 'content-type': 'application/json; charset=UTF-8' },
        code: 'MODEL_KEY_REFUSED',
        misuse: true,
        message: /^api\.openai\.com refuses the API key, or requires one \(400\)$/,
        hint: /OPENAI_API_KEY/,
      }))
    },
  ),
  {
    title: "an error in Gemini's list, with its words",
    status: 400,
    body: '[{\n  "error": {"code": 400, "message": "Unable to submit request."}\n}\n]',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    code: 'MODEL_BAD_REQUEST',
    misuse: true,
    message: /refuses the request \(400\): Unable to submit request\.$/,
    hint: /settings/,
  },
  {
    title: "a model that is not there, in LiteLLM's words",
    status: 400,
    body: { error: { message: '/chat/completions: Invalid model name passed in model=gpt-9.', code: '400' } },
    code: 'MODEL_NOT_FOUND',
    misuse: true,
    message: /^api\.openai\.com has no model /,
    hint: /--model/,
  },
  {
    title: 'a country that is not served',
    status: 403,
    body: error(
      'Country, region, or territory not supported',
      'request_forbidden',
      'unsupported_country_region_territory',
    ),
    code: 'MODEL_FORBIDDEN',
    misuse: true,
    message: /does not let this key use gpt-3\.5-turbo \(403\): Country, region/,
    hint: /country/,
  },
  {
    title: 'a model that is not there',
    status: 404,
    settings: { model: 'gpt-9' },
    body: error(
      'The model `gpt-9` does not exist or you do not have access to it.',
      'invalid_request_error',
      'model_not_found',
    ),
    code: 'MODEL_NOT_FOUND',
    misuse: true,
    message: /^api\.openai\.com has no model gpt-9 \(404\): The model `gpt-9`/,
    hint: /--model/,
  },
  {
    title: 'a base URL with another path',
    status: 404,
    settings: { baseUrl: 'https://api.openai.com/v2' },
    body: error('Invalid URL (POST /v2/chat/completions)', 'invalid_request_error', null),
    code: 'MODEL_NOT_FOUND',
    misuse: true,
    message: /no such API at this address, or no model gpt-3\.5-turbo \(404\): Invalid URL/,
    hint: /--base-url.*\/v1/,
  },
  {
    title: 'a 404 that is a web page',
    status: 404,
    body: '<html><body>SECRET page</body></html>',
    headers: { 'content-type': 'text/html' },
    code: 'MODEL_NOT_FOUND',
    misuse: true,
    message: /\(404\)$/,
    hint: /--base-url/,
  },
  {
    title: 'a value that the model does not take, by its name and flag',
    status: 400,
    body: error(
      "Invalid 'temperature': decimal above maximum value. Expected a value <= 0.3, but got 0.4 instead.",
      'invalid_request_error',
      'decimal_above_max_value',
      'temperature',
    ),
    code: 'MODEL_BAD_REQUEST',
    misuse: true,
    message: /refuses the request, parameter temperature \(400\): Invalid/,
    hint: /--temperature .* none/,
  },
  {
    title: 'a bad request that names no parameter',
    status: 400,
    body: error('We could not parse the JSON body of your request.', 'invalid_request_error', null),
    code: 'MODEL_BAD_REQUEST',
    misuse: true,
    message: /refuses the request \(400\): We could not/,
    hint: /settings/,
  },
  {
    title: "a validation error in FastAPI's form",
    status: 422,
    body: { detail: [{ loc: ['body', 'n'], msg: 'ensure this value is less than 1' }] },
    code: 'MODEL_BAD_REQUEST',
    misuse: true,
    message: /\(422\): .*less than 1/,
    hint: /settings/,
  },
  ...[
    { detail: [{ loc: ['body', 'n'], msg: 'less than 1', input: { messages: ['SECRET'] } }] },
    error("[{'loc': ('body', 'n'), 'msg': 'less than 1', 'input': {'messages': ['SECRET']}}]", 'BadRequest', null),
    { detail: '[{"loc":["body","n"],"msg":"less than 1","input":{"messages":["SECRET"]}}]' },
  ].map((body, at) => ({
    title: `a validation error that repeats the question, without that, in form ${at + 1}`,
    status: 422,
    body,
    code: 'MODEL_BAD_REQUEST',
    misuse: true,
    message: /\(422\): .*less than 1['"] …$/,
    hint: /settings/,
  })),
  {
    title: 'a conversation that is too long',
    status: 400,
    body: error(
      "This model's maximum context length is 16385 tokens.",
      'invalid_request_error',
      'context_length_exceeded',
      'messages',
    ),
    code: 'MODEL_TOO_LONG',
    reason: 'tooLong',
    misuse: true,
    message: /too long for gpt-3\.5-turbo \(400\)/,
    hint: /longer context/,
  },
  {
    title: 'a body that is too large',
    status: 413,
    body: '',
    code: 'MODEL_TOO_LONG',
    reason: 'tooLong',
    misuse: true,
    message: /too long for gpt-3\.5-turbo \(413\)/,
    hint: /longer context/,
  },
  {
    title: 'a balance that is used up',
    status: 402,
    body: { error: { message: 'Insufficient credits', code: 402 } },
    code: 'MODEL_QUOTA',
    message: /\(402\): Insufficient credits/,
    hint: /balance/,
  },
  {
    title: 'a conversation that a filter stops',
    status: 400,
    body: error('The response was filtered.', 'invalid_request_error', 'content_filter', 'prompt'),
    code: 'MODEL_REFUSED',
    message: /content of the conversation \(400\): The response/,
    hint: /--model/,
  },
  {
    title: 'too many questions',
    status: 429,
    body: error(
      'Rate limit reached for gpt-3.5-turbo in organization org-1 on requests per min (RPM): Limit 3.',
      'requests',
      'rate_limit_exceeded',
    ),
    code: 'MODEL_RATE_LIMITED',
    reason: 'busy',
    message: /because of its rate limit \(429\): Rate limit/,
    hint: /--concurrency/,
  },
  {
    title: 'an account without money, which waiting does not mend',
    status: 429,
    body: error(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
    code: 'MODEL_QUOTA',
    message: /\(429\): You exceeded/,
    hint: /balance/,
  },
  {
    title: 'an error of the server',
    status: 500,
    body: error('The server had an error while processing your request.', 'server_error', null),
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed \(500\): The server had/,
    hint: /try again/,
  },
  {
    title: 'a gateway that answers with a page',
    status: 502,
    body: '<html>SECRET bad gateway</html>',
    headers: { 'content-type': 'text/html' },
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed \(502\)$/,
    hint: /status page/,
  },
  {
    title: 'an error without a body',
    status: 503,
    body: '',
    code: 'MODEL_FAILED',
    message: /failed \(503\)$/,
    hint: /try again/,
  },
  {
    title: 'an error in plain text',
    status: 500,
    body: 'CUDA out of memory\n',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed \(500\): CUDA out of memory$/,
    hint: /try again/,
  },
  {
    title: 'an empty error in plain text',
    status: 500,
    body: '',
    headers: { 'content-type': 'text/plain' },
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed \(500\)$/,
    hint: /try again/,
  },
  {
    title: 'a key that is refused in plain text, without the text',
    status: 401,
    body: 'bad key sk-test-***CRET',
    headers: { 'content-type': 'text/plain' },
    code: 'MODEL_KEY_REFUSED',
    misuse: true,
    message: /requires one \(401\)$/,
    hint: /OPENAI_API_KEY/,
  },
  ...[
    ['http://u:SECRET@evil.example/x?SECRET#SECRET', ': http://evil.example/x'],
    ['//u:SECRET@evil.example/x', ''],
    ['http://[SECRET', ''],
    ['javascript:SECRET', ''],
  ].map(([location, told]) => ({
    title: `a redirect to ${location}, with nothing that may be secret`,
    status: 302,
    body: `Found. Redirecting to ${location}`,
    headers: { location: location!, 'content-type': 'text/plain' },
    code: 'MODEL_REDIRECTED',
    misuse: true,
    message: new RegExp(`another address \\(302\\)${told}$`),
    hint: /--base-url/,
  })),
  {
    title: 'a redirect, which is not followed, without its query',
    status: 308,
    body: '',
    headers: { location: `https://elsewhere.example/v1/chat/completions?token=${key}` },
    code: 'MODEL_REDIRECTED',
    misuse: true,
    message: /another address \(308\): https:\/\/elsewhere\.example\/v1\/chat\/completions$/,
    hint: /--base-url/,
  },
  {
    title: 'a web page in place of an answer',
    body: '<!doctype html><title>Log in</title>',
    headers: { 'content-type': 'text/html; charset=utf-8' },
    code: 'MODEL_UNREADABLE',
    message: /answered with a web page/,
    hint: /--base-url/,
  },
  {
    title: 'a web page in place of a whole answer',
    settings: { n: 2 },
    body: '<!doctype html><title>Log in</title>',
    headers: { 'content-type': 'text/html; charset=utf-8' },
    code: 'MODEL_UNREADABLE',
    message: /answered with a web page/,
    hint: /--base-url/,
  },
  {
    title: 'JSON that is none',
    body: '{"choices": [',
    headers: { 'content-type': 'application/json' },
    code: 'MODEL_UNREADABLE',
    message: /malformed JSON/,
    hint: /--base-url/,
  },
  {
    title: 'JSON that is none, in place of a whole answer',
    settings: { n: 2 },
    body: '{"choices": [',
    headers: { 'content-type': 'application/json' },
    code: 'MODEL_UNREADABLE',
    message: /malformed JSON/,
    hint: /--base-url/,
  },
  ...['null', '7', '[]', '{}', '{"choices":{}}', '{"choices":[]}'].map(body => ({
    title: `the document ${body}`,
    body,
    headers: { 'content-type': 'application/json' },
    code: 'MODEL_UNREADABLE',
    message: /which is not a completion/,
    hint: /--base-url/,
  })),
  {
    title: 'text that is no event',
    body: 'OK\n',
    headers: { 'content-type': 'text/plain' },
    code: 'MODEL_UNREADABLE',
    message: /text\/plain and no event/,
    hint: /--base-url/,
  },
  {
    title: 'an empty body',
    body: '',
    headers: { 'content-type': 'application/json' },
    settings: { n: 2 },
    code: 'MODEL_UNREADABLE',
    message: /answered with application\/json/,
    hint: /--base-url/,
  },
  {
    title: 'events that are no JSON',
    body: 'data: hello\n\n',
    code: 'MODEL_UNREADABLE',
    message: /malformed JSON/,
    hint: /--base-url/,
  },
  ...['null', '"text"', '[]', '{"choices":[null]}', '{"choices":[7]}'].map(piece => ({
    title: `an event that is ${piece}`,
    body: `data: ${piece}\n\ndata: [DONE]\n\n`,
    code: 'MODEL_UNREADABLE',
    message: /without choices, which is not a completion$/,
    hint: /--base-url/,
  })),
  ...['{"choices":[{"delta":null}]}', '{"choices":[{"delta":{"content":{}}}]}'].map(piece => ({
    title: `an event that is ${piece}`,
    body: `data: ${piece}\n\ndata: [DONE]\n\n`,
    code: 'MODEL_EMPTY',
    message: /returned an empty answer/,
    hint: /--model/,
  })),
  ...['', event(chunk({ content: '\ndata: [DONE]\n' })), ': [DONE]\n\n'].map(rest => ({
    title: `a stream that ends well-formed in the middle, with ${JSON.stringify(rest)}`,
    body: event(chunk({ content: 'Hel' })) + rest,
    code: 'MODEL_CUT',
    message: /^api\.openai\.com broke off in the middle of its answer/,
    hint: /log/,
  })),
  {
    title: 'a stream that ends well-formed before the first word',
    body: event(chunk({ role: 'assistant', content: '' })),
    code: 'MODEL_CUT',
    message: /no finish_reason and no \[DONE\]/,
    hint: /log/,
  },
  {
    title: 'a stream that ends before it says anything',
    body: 'data: [DONE]\n\n',
    code: 'MODEL_UNREADABLE',
    message: /no event/,
    hint: /--base-url/,
  },
  {
    title: 'an error inside the stream',
    body: event(chunk({ role: 'assistant' })) + event(error('The server had an error.', 'server_error', null)),
    code: 'MODEL_FAILED',
    message: /^api\.openai\.com failed: The server had an error/,
    hint: /try again/,
  },
  {
    title: 'an error inside the stream whose code is a status',
    body: event({ error: { message: 'slow down', code: 429 } }),
    code: 'MODEL_RATE_LIMITED',
    reason: 'busy',
    message: /\(429\): slow down/,
    hint: /--concurrency/,
  },
  {
    title: 'an error that is a text',
    body: event({ error: 'out of memory' }),
    code: 'MODEL_FAILED',
    message: /failed: out of memory/,
    hint: /try again/,
  },
  {
    title: 'an error that is called an answer',
    body: error('upstream is down', 'server_error', null),
    code: 'MODEL_FAILED',
    message: /failed: upstream is down/,
    hint: /try again/,
  },
  {
    title: 'an error that is nested without end',
    body: `{"error":{"message":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    headers: { 'content-type': 'application/json' },
    code: 'MODEL_FAILED',
    message: /failed: \[/,
    hint: /try again/,
  },
  ...[
    { object: 'error', message: 'slow down', type: 'TooManyRequests', param: null, code: 429 },
    { error: { message: 'slow down', type: 'None', param: 'None', code: '429' } },
    { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } },
    { error: true, code: 429, message: 'slow down' },
    { choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { code: 429, message: 'slow down' } }] },
  ].flatMap(body => [
    {
      title: `an error within a stream, ${JSON.stringify(body).slice(0, 50)}…`,
      body: `${event(chunk({ content: 'Hi' }))}${event(body)}data: [DONE]\n\n`,
      code: 'MODEL_RATE_LIMITED',
      reason: 'busy' as const,
      message: /\(429\): slow down$/,
      hint: /--concurrency/,
    },
    ...['application/json', 'text/event-stream', 'text/plain', 'text/json'].flatMap(type =>
      [{}, { n: 2 }].map(settings => ({
        title: `an error in place of an answer, as ${type}, n ${settings.n ?? 1}, ${JSON.stringify(body).slice(0, 50)}…`,
        settings,
        body: JSON.stringify(body, null, 2),
        headers: { 'content-type': type },
        code: 'MODEL_RATE_LIMITED',
        reason: 'busy' as const,
        message: /\(429\): slow down$/,
        hint: /--concurrency/,
      })),
    ),
  ]),
  ...[
    { code: 500, msg: 'out of order', success: false },
    { detail: 'out of order' },
    { error_code: 17, error_msg: 'out of order' },
    { base_resp: { status_code: 1013, status_msg: 'out of order' }, choices: null },
  ].map(body => ({
    title: `an error that is the whole answer, ${JSON.stringify(body)}`,
    body,
    code: 'MODEL_FAILED',
    message: /failed( \(500\))?: out of order$/,
    hint: /try again/,
  })),
  {
    title: 'an answer without text',
    body: event(chunk({ role: 'assistant', content: '' })) + event(chunk({}, 'stop')),
    code: 'MODEL_EMPTY',
    message: /gpt-3\.5-turbo at api\.openai\.com returned an empty answer/,
    hint: /--model/,
  },
  {
    title: 'an answer of white space',
    body: event(chunk({ content: ' \n' })) + event(chunk({ content: '\u00a0\u2003' })) + event(chunk({}, 'stop')),
    code: 'MODEL_EMPTY',
    message: /returned an empty answer/,
    hint: /--model/,
  },
  {
    title: 'a model that thinks until its tokens are used up',
    body: event(chunk({ reasoning_content: 'Let me see' })) + event(chunk({}, 'length')),
    code: 'MODEL_EMPTY',
    message: /used up its tokens/,
    hint: /--max-tokens/,
  },
  {
    title: 'a model that refuses, in its words',
    body: event(chunk({ refusal: "I'm sorry, " })) + event(chunk({ refusal: 'no.' })) + event(chunk({}, 'stop')),
    code: 'MODEL_REFUSED',
    message: /refused to answer: I'm sorry, no\.$/,
    hint: /--model/,
  },
  {
    title: 'a filter that takes the answer away',
    body: event(chunk({}, 'content_filter')),
    code: 'MODEL_REFUSED',
    message: /refused to answer$/,
    hint: /--model/,
  },
  {
    title: 'a call of a tool, streamed',
    body: event(chunk({ tool_calls: [{ index: 0, function: { name: 'f' } }] })) + event(chunk({}, 'tool_calls')),
    code: 'MODEL_TOOL_CALL',
    message: /called a tool/,
    hint: /without tools/,
  },
  {
    title: 'a call of a tool, whole',
    body: { ...completion(), choices: [{ message: { content: null, tool_calls: [{}] }, finish_reason: 'tool_calls' }] },
    code: 'MODEL_TOOL_CALL',
    message: /called a tool/,
    hint: /without tools/,
  },
]

describe('the openai miner fails after', () => {
  for (const { title, status = 200, body, headers, settings = {}, code, message, hint, ...rest } of cases)
    it(title, async () => {
      const type = typeof body === 'object' ? 'application/json' : 'text/event-stream; charset=utf-8'
      const scope = nock('https://api.openai.com')
        .post(/^\/v[12]\/chat\/completions$/)
        .reply(status, body, headers ?? { 'content-type': type })

      const error = await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key, ...settings })))

      scope.done()
      assert.ok(error.code.startsWith(code), error.code)
      assert.equal(error.reason, rest.reason ?? 'upstream')
      assert.equal(error.misuse, rest.misuse ?? false)
      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
      assert.equal(error.cause, undefined)
      assert.doesNotMatch(error.message + error.hint, /SECRET|CRET/)
    })
})

describe('the openai miner cannot reach', () => {
  const failures: [string, Error, string, RegExp][] = [
    [
      'a name that does not resolve',
      failure('ENOTFOUND'),
      'MODEL_UNREACHABLE',
      /host name of api\.openai\.com.*ENOTFOUND/,
    ],
    [
      'a network that is gone',
      failure('ENETUNREACH'),
      'MODEL_UNREACHABLE',
      /the request to api\.openai\.com failed \(ENETUNREACH\)/,
    ],
    ['a host that is too slow', failure('UND_ERR_CONNECT_TIMEOUT'), 'MODEL_CONNECT_TIMEOUT', /in time/],
    ['a host with an old certificate', failure('CERT_HAS_EXPIRED'), 'MODEL_TLS', /CERT_HAS_EXPIRED/],
    ['a host with its own certificate', failure('DEPTH_ZERO_SELF_SIGNED_CERT'), 'MODEL_TLS', /SELF_SIGNED/],
    ['a host for a reason that quotes the key', new Error(`bad ${key}`), 'MODEL_UNREACHABLE', /\(bad \*\*\*\)/],
  ]
  for (const [title, cause, code, message] of failures)
    it(title, async () => {
      nock('https://api.openai.com').post('/v1/chat/completions').replyWithError(cause)
      const error = await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key })))
      assert.equal(error.code, code)
      assert.match(error.message, message)
      assert.ok(error.hint)
    })

  function failure(code: string) {
    return Object.assign(new Error(`connect ${code}`), { code })
  }
})

describe('the wait in an error', () => {
  for (const status of [408, 429, 503])
    it(`is read with a ${status}`, async () => {
      nock('https://api.openai.com').post('/v1/chat/completions').reply(status, '', { 'retry-after': '2' })
      const { retryAfterMs } = await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key })))
      assert.equal(retryAfterMs, 2_000)
    })

  it('is absent when the endpoint sends none', async () => {
    nock('https://api.openai.com').post('/v1/chat/completions').reply(429, '')
    const { retryAfterMs } = await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key })))
    assert.equal(retryAfterMs, undefined)
  })
})

describe('the message of the upstream', () => {
  const told = async (message: string) => {
    nock('https://api.openai.com').post('/v1/chat/completions').reply(500, { error: { message } })
    return (await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key })))).message
  }

  it('never shows the key, wherever it appears', async () => {
    assert.equal(await told(`${key} and ${key}${key}`), 'api.openai.com failed (500): *** and ******')
    const message = await told('x'.repeat(300 - key.length / 2) + key)
    assert.ok(!message.includes('sk-'), message)
  })

  const user = (text: string) => Buffer.from(`u:${text}`)
  for (const [form, words] of Object.entries({
    'upper case': key.toUpperCase(),
    'lower case': key.toLowerCase(),
    base64: Buffer.from(key).toString('base64'),
    'base64 behind a user name': user(key).toString('base64'),
    base64url: Buffer.from(key).toString('base64url'),
    'hexadecimal digits': Buffer.from(key).toString('hex'),
    'its first half': key.slice(0, key.length / 2),
    'its second half': key.slice(key.length / 2),
    'half of its base64': Buffer.from(key).toString('base64').slice(0, 18),
    'a key with a hole': `${key.slice(0, 3)}…${key.slice(9)}`,
  }))
    it(`is left out when it has the key as ${form}`, async () => {
      assert.equal(await told(`who is ${words}?`), 'api.openai.com failed (500): (a text that repeats the API key)')
    })

  it('stays when it has a short part of the key, as OpenAI shows them', async () => {
    assert.match(await told(`bad key ${key.slice(0, 8)}*****${key.slice(-4)}`), /bad key sk-test-\*{5}CRET/)
  })

  it('never shows the key in a parameter, a model or a finish reason', async () => {
    const hex = Buffer.from(key).toString('hex')
    const api = () => nock('https://api.openai.com').post('/v1/chat/completions')
    api().reply(400, error('bad', 'x', 'y', hex))
    const refused = await refusal(ask(await build(askingOnce(openaiClient), { apiKey: key })))
    assert.ok(!refused.message.includes(hex), refused.message)
    api().reply(200, { ...completion('hi'), model: hex, choices: [{ message: { content: 'hi' }, finish_reason: hex }] })
    const { outcome } = await ask(await build(askingOnce(openaiClient), { apiKey: key }))
    assert.ok(!JSON.stringify(outcome).includes(hex), JSON.stringify(outcome))
  })

  it('is cut', async () => {
    assert.ok((await told('x'.repeat(1_000_000))).length < 400)
  })

  it('is one line without control characters', async () => {
    const message = await told('one\r\ntwo \u001b[31mred\u001b[0m \u0085 \u202eevil \u0000')
    assert.equal(message, 'api.openai.com failed (500): one two \\u001b[31mred\\u001b[0m \\u0085 \\u202eevil \\u0000')
  })
})
