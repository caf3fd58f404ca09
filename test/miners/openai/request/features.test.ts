import assert from 'node:assert/strict'
import { refusedFeature, requiredFeatures } from '#dist/miners/openai/request/features.js'
import type { Question } from '#dist/plugin/miner.js'
import { answered, startModelServer, streamed } from '../../../support/model-server.ts'
import { hello, refusal } from '../../ask.ts'
import { answerOf, openai } from '../answer-of.ts'

const tools = [{ name: 'clock' }]
const schema = { name: 'tags', schema: { type: 'object' } }
const all: Question = { messages: hello, tools, responseFormat: schema, logprobs: { top: 5 } }

/** What the client throws for this. */
const told = (status: number, error: object) => Object.assign(new Error(String(status)), { status, error })

describe('a feature beyond text', () => {
  // Words as these servers have them in their source or were seen to send.
  const refusals: [string, Error, string | undefined][] = [
    [
      'OpenAI, tools',
      told(400, {
        message: "Unsupported parameter: 'tools' is not supported with this model.",
        param: 'tools',
        code: 'unsupported_parameter',
      }),
      'takes no tools',
    ],
    [
      'OpenAI, a choice among tools',
      told(400, {
        message: "Unsupported value: 'tool_choice' does not support 'required' with this model.",
        param: 'tool_choice',
        code: 'unsupported_value',
      }),
      'takes no tools',
    ],
    [
      'OpenAI, a schema',
      told(400, {
        message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        param: null,
        code: null,
      }),
      'takes no response format',
    ],
    [
      'OpenAI, logprobs',
      told(403, { message: 'You are not allowed to request logprobs from this model', param: null, code: null }),
      'gives no logprobs',
    ],
    ['Ollama', told(400, { message: 'registry.ollama.ai/library/gemma:2b does not support tools' }), 'takes no tools'],
    [
      'vLLM',
      told(400, {
        message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        code: 400,
      }),
      'takes no tools',
    ],
    ['llama.cpp', told(500, { code: 500, message: 'tools param requires --jinja flag' }), 'takes no tools'],
    [
      'OpenRouter',
      told(404, {
        code: 404,
        message: 'No endpoints found that support tool use. To learn more about provider routing',
      }),
      'takes no tools',
    ],
    ['Groq', told(400, { message: '`logprobs` is not supported with this model' }), 'gives no logprobs'],
    [
      'DeepSeek',
      told(400, { message: 'This response_format type is unavailable now', param: null }),
      'takes no response format',
    ],
    [
      'a limit',
      told(400, { message: 'top_logprobs must be at most 5', param: 'top_logprobs', code: 'integer_above_max_value' }),
      undefined,
    ],
    [
      'another parameter',
      told(400, { message: 'temperature is not supported with tools', param: 'temperature' }),
      undefined,
    ],
    ['a failure', told(500, { message: 'Unknown error in tool parser' }), undefined],
    ['a key', told(401, { message: 'tools are not allowed for this key' }), undefined],
    ['a question that speaks of it', told(400, { message: `not supported: ${'x'.repeat(300)} tools` }), undefined],
  ]
  for (const [title, error, lack] of refusals)
    it(`is ${lack ? '' : 'not '}refused by ${title}`, () => {
      assert.equal(refusedFeature(error, requiredFeatures(all, { isRelay: false }))?.lack, lack)
    })

  it('counts as refused only if the question needs it', () => {
    const error = told(400, { message: 'tools and logprobs are not supported' })
    assert.equal(refusedFeature(error, requiredFeatures({ messages: hello }, { isRelay: false })), undefined)
    assert.equal(refusedFeature('tools are not supported', requiredFeatures(all, { isRelay: false })), undefined)
  })

  const refusing = (field: string) =>
    answered(400, {
      error: { message: `Unsupported parameter: '${field}'`, param: field, code: 'unsupported_parameter' },
    })

  for (const [field, question] of [
    ['tools', { tools }],
    ['tool_choice', { tools, toolChoice: 'required' }],
    ['response_format', { responseFormat: 'json' }],
    ['logprobs', { logprobs: { top: 0 } }],
    ['top_logprobs', { logprobs: { top: 5 } }],
  ] as const satisfies [string, Partial<Question>][]) {
    it(`is never left out, nor remembered as refused: ${field}`, async () => {
      await using model = await startModelServer((response, request) =>
        (field in request.body ? refusing(field) : streamed(['fine']))(response, request),
      )
      const miner = await openai({ baseUrl: model.url })
      for (let count = 0; count < 2; count += 1) {
        const { code, reason } = await refusal(answerOf(miner, question))
        assert.deepEqual([code, reason], ['MODEL_UNSUPPORTED', 'unsupported'])
      }
      assert.deepEqual(
        model.requests.map(({ body }) => field in body),
        [true, true],
      )
      assert.equal((await answerOf(miner, {})).text, 'fine')
    })

    it(`is never requested from a completions API: ${field}`, async () => {
      await using model = await startModelServer()
      const miner = await openai({ baseUrl: model.url, api: 'completions' })
      const { code, reason, hint } = await refusal(answerOf(miner, question))
      assert.deepEqual([code, reason], ['MODEL_UNSUPPORTED', 'unsupported'])
      assert.match(hint!, /--api chat/)
      assert.equal(model.requests.length, 0)
    })
  }

  it('is never requested from a completions API: the result of a tool call', async () => {
    await using model = await startModelServer()
    const miner = await openai({ baseUrl: model.url, api: 'completions' })
    const messages = [...hello, { role: 'tool', content: 'sun', toolCallId: 'a' }] as const
    assert.equal((await refusal(answerOf(miner, { messages }))).code, 'MODEL_UNSUPPORTED')
  })

  it('is sent although the operator’s own field was refused before', async () => {
    await using model = await startModelServer((response, request) =>
      ('tool_choice' in request.body && !('seed' in request.body) ? refusing('tool_choice') : streamed(['fine']))(
        response,
        request,
      ),
    )
    const miner = await openai({ baseUrl: model.url, extra: { tool_choice: 'none' } })
    await answerOf(miner, {})
    await answerOf(miner, { tools, toolChoice: 'required', seed: 1 })
    assert.equal(model.requests.at(-1)!.body.tool_choice, 'required')
  })

  it('is requested from another endpoint, and only from those that have it', async () => {
    await using base = await startModelServer()
    await using main = await startModelServer(refusing('tools'))
    await using local = await startModelServer(streamed(['fine']))
    const endpoints = [
      { name: 'base', baseUrl: base.url, api: 'completions' },
      { name: 'main', baseUrl: main.url },
      { name: 'local', baseUrl: local.url },
    ]
    const { text, outcome } = await answerOf(await openai({ endpoints }), { tools })
    assert.equal(text, 'fine')
    assert.deepEqual(
      outcome.attempts!.map(({ endpoint, error }) => [endpoint, error]),
      [
        ['main', 'MODEL_UNSUPPORTED'],
        ['local', undefined],
      ],
    )
    assert.equal(base.requests.length, 0)
  })

  it('does not make an endpoint rest', async () => {
    await using model = await startModelServer((response, request) =>
      ('tools' in request.body
        ? answered(500, { error: { code: 500, message: 'tools param requires --jinja flag' } })
        : streamed(['fine']))(response, request),
    )
    const miner = await openai({ baseUrl: model.url })
    for (let count = 0; count < 6; count += 1)
      assert.equal((await refusal(answerOf(miner, { tools }))).code, 'MODEL_UNSUPPORTED')
    assert.equal((await answerOf(miner, {})).text, 'fine')
  })

  it('is reported in advance, as far as the API allows', async () => {
    const chat = { tools: true, logprobs: true, responseFormat: true }
    const none = { tools: false, logprobs: false, responseFormat: false }
    assert.deepEqual((await openai({ model: 'm' })).capabilities!(), { ...chat, models: ['m'] })
    assert.deepEqual((await openai({ model: 'm', api: 'completions' })).capabilities!(), { ...none, models: ['m'] })
    const endpoints = [
      { model: 'a', api: 'completions' },
      { model: 'b', name: 'x' },
      { model: 'a', name: 'y' },
    ]
    assert.deepEqual((await openai({ endpoints })).capabilities!(), { ...chat, models: ['a', 'b'] })
  })
})
