import assert from 'node:assert/strict'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Miner, Question } from '#dist/plugin/miner.js'
import { answered, type Behaviour, completion, startModelServer, streamed } from '../../support/model-server.ts'
import { sdk } from '../../support/sdk.ts'
import { ask, refusal } from '../ask.ts'
import { answerOf } from './answer-of.ts'
import { sentToOpenAI } from './sent-to-openai.ts'

/** Builds the miner, and keeps what it warns of. */
async function openai(settings: object): Promise<{ miner: Miner; warnings: object[]; infos: object[] }> {
  const warnings: object[] = []
  const infos: object[] = []
  const log = {
    debug() {},
    info: (fields: object) => void infos.push(fields),
    warn: (fields: object) => void warnings.push(fields),
    error() {},
  }
  const definition = openaiMiner(openaiClient)(sdk)
  const config = definition.settings.parse(settings)
  return {
    miner: await definition.create({ config, section: 'openai', log, signal: new AbortController().signal, fetch }),
    warnings,
    infos,
  }
}

/** A model that refuses these parameters, one at a time, as OpenAI does. */
const picky =
  (...parameters: string[]): Behaviour =>
  (response, request) => {
    const param = parameters.find(name => name in request.body)
    if (param === undefined) return streamed(['fine'])(response, request)
    const message = `Unsupported parameter: '${param}' is not supported with this model.`
    const error = { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' }
    return answered(400, { error })(response, request)
  }

describe('a parameter that a model refuses', () => {
  it('is left out at once, within the same call, and in later calls', async () => {
    await using model = await startModelServer(picky('temperature'))
    const { miner, warnings } = await openai({ baseUrl: model.url })
    assert.equal((await ask(miner)).text, 'fine')
    assert.equal((await ask(miner)).text, 'fine')
    const [first, second, third] = model.requests.map(({ body }) => 'temperature' in body)
    assert.deepEqual([first, second, third], [true, false, false])
    const host = new URL(model.url).host
    const learned = { event: 'parameterLearned', endpoint: host, model: 'gpt-3.5-turbo', parameter: 'temperature' }
    assert.deepEqual(warnings, [learned])
  })

  it('is one of several that the endpoint names one after another', async () => {
    await using model = await startModelServer(picky('temperature', 'top_p', 'presence_penalty', 'frequency_penalty'))
    const { miner } = await openai({ baseUrl: model.url })
    assert.equal((await ask(miner)).text, 'fine')
    assert.equal(model.requests.length, 5)
    await ask(miner)
    assert.equal(model.requests.length, 6)
  })

  it('is logged once, even if many calls find it at the same time', async () => {
    await using model = await startModelServer(picky('top_p'))
    const { miner, warnings } = await openai({ baseUrl: model.url })
    await Promise.all(Array.from({ length: 8 }, () => ask(miner)))
    assert.equal(warnings.length, 1)
  })

  for (const [refused, sent] of [
    ['max_tokens', 'max_completion_tokens'],
    ['max_completion_tokens', 'max_tokens'],
  ] as const)
    it(`is ${refused}: ${sent} is sent in its place`, async () => {
      await using model = await startModelServer(picky(refused))
      // OpenAI's address decides which name is sent first.
      const { miner } = await openai({ baseUrl: model.url, maxTokens: 7 })
      assert.equal((await ask(miner)).text, 'fine')
      assert.equal(model.requests.at(-1)!.body[refused === 'max_tokens' ? sent : 'max_tokens'], 7)
    })

  it('may be both names of the token limit: then none is sent', async () => {
    await using model = await startModelServer(picky('max_tokens', 'max_completion_tokens'))
    const { miner } = await openai({ baseUrl: model.url })
    assert.equal((await ask(miner)).text, 'fine')
    assert.doesNotMatch(JSON.stringify(model.requests.at(-1)!.body), /_tokens/)
  })

  it('may be the stream: then a whole answer is requested', async () => {
    await using model = await startModelServer((response, request) =>
      request.body.stream
        ? answered(400, { error: { message: 'not verified', param: 'stream', code: 'unsupported_value' } })(
            response,
            request,
          )
        : answered(200, completion('whole'))(response, request),
    )
    const { miner } = await openai({ baseUrl: model.url })
    assert.equal((await ask(miner)).text, 'whole')
    assert.equal(model.requests.at(-1)!.body.stream, false)
  })

  for (const [title, behaviour] of [
    ["FastAPI's words", answered(422, { detail: [{ loc: ['body', 'n'], msg: 'Extra inputs are not permitted' }] })],
    ['plain text', answered(400, 'n is not supported')],
  ] as const)
    it(`is recognized in ${title}`, async () => {
      await using model = await startModelServer((response, request) =>
        'n' in request.body ? behaviour(response, request) : streamed(['fine'])(response, request),
      )
      const { miner } = await openai({ baseUrl: model.url })
      assert.equal((await ask(miner)).text, 'fine')
    })

  it('may come from the extra table', async () => {
    await using model = await startModelServer(picky('top_k'))
    const { miner } = await openai({ baseUrl: model.url, extra: { top_k: 5, min_p: 0.1 } })
    assert.equal((await ask(miner)).text, 'fine')
    assert.equal(model.requests[1]!.body.min_p, 0.1)
  })

  it('is remembered for its own endpoint only', async () => {
    await using picked = await startModelServer(picky('temperature'))
    await using other = await startModelServer()
    const { miner } = await openai({ baseUrl: picked.url })
    await ask(miner)
    await ask((await openai({ baseUrl: other.url })).miner)
    assert.ok('temperature' in other.requests[0]!.body)
  })

  it('is dropped only once: a model that refuses again fails', async () => {
    const error = { message: "Unsupported parameter: 'top_p'", param: 'top_p', code: 'unsupported_parameter' }
    await using model = await startModelServer(answered(400, { error }))
    const { miner, warnings } = await openai({ baseUrl: model.url })
    const { code, message } = await refusal(ask(miner))
    assert.equal(code, 'MODEL_BAD_REQUEST')
    assert.match(message, /parameter top_p \(400\)/)
    assert.equal(model.requests.length, 2)
    // It was not about the parameter, so nothing is learned.
    assert.deepEqual(warnings, [])
    await refusal(ask(miner))
    assert.ok('top_p' in model.requests[2]!.body)
  })
})

describe('usage', () => {
  /** Refuses `stream_options` with these words. */
  const without =
    (status: number, error: object | string): Behaviour =>
    (response, request) =>
      ('stream_options' in request.body ? answered(status, error) : streamed(['fine']))(response, request)
  const usage = { promptTokens: 9, completionTokens: 2 }

  for (const settings of [{}, { api: 'completions' }])
    it(`is asked of every endpoint that streams, ${JSON.stringify(settings)}`, async () => {
      await using model = await startModelServer()
      const { outcome } = await ask((await openai({ baseUrl: model.url, ...settings })).miner)
      assert.deepEqual(model.requests[0]!.body.stream_options, { include_usage: true })
      assert.deepEqual(outcome.usage, usage)
    })

  for (const stream_options of [{ include_usage: false }, { include_usage: true, continuous_usage_stats: true }, {}])
    it(`is asked as the extra table has it: ${JSON.stringify(stream_options)}`, async () => {
      await using model = await startModelServer()
      await ask((await openai({ baseUrl: model.url, extra: { stream_options } })).miner)
      assert.deepEqual(model.requests[0]!.body.stream_options, stream_options)
    })

  // openai/openai-agents-python issue 442 · cline/cline issue 582 · songquanpeng/one-api issue 1290
  const mistral = {
    type: 'extra_forbidden',
    loc: ['body', 'stream_options', 'include_usage'],
    msg: 'Extra inputs are not permitted',
    input: true,
  }
  const refusals: [string, number, object | string][] = [
    [
      'Mistral’s words',
      422,
      { object: 'error', message: { detail: [mistral] }, type: 'invalid_request_error', param: null, code: null },
    ],
    [
      'LiteLLM’s words',
      400,
      {
        error: {
          message: `litellm.BadRequestError: MistralException - ${JSON.stringify({ detail: [mistral] })}`,
          code: '400',
        },
      },
    ],
    [
      'Azure’s words',
      400,
      { error: { message: 'Unrecognized request argument supplied: stream_options', type: 'invalid_request_error' } },
    ],
    [
      'a path',
      400,
      { error: { message: 'not supported', param: 'stream_options.include_usage', code: 'unknown_parameter' } },
    ],
    [
      'one-api’s empty words',
      422,
      {
        error: {
          message: ' (request id: 20240407)',
          type: 'upstream_error',
          param: '422',
          code: 'bad_response_status_code',
        },
      },
    ],
    ['no word', 400, { error: {} }],
  ]
  for (const [title, status, error] of refusals)
    it(`is no longer asked of an endpoint that refuses it in ${title}`, async () => {
      await using model = await startModelServer(without(status, error))
      const { miner, warnings, infos } = await openai({ baseUrl: model.url })
      for (let count = 0; count < 2; count += 1) assert.equal((await ask(miner)).text, 'fine')
      assert.deepEqual(
        model.requests.map(({ body }) => 'stream_options' in body),
        [true, false, false],
      )
      // The operator has not set it, so it is no warning.
      assert.deepEqual(warnings, [])
      assert.deepEqual(
        infos.map(info => (info as { parameter?: string }).parameter),
        ['stream_options'],
      )
    })

  for (const body of [{ error: { message: 'no' } }, ''])
    it(`is not suspected in a refusal with other words or without a body: ${JSON.stringify(body)}`, async () => {
      await using model = await startModelServer(answered(400, body))
      const { miner } = await openai({ baseUrl: model.url })
      assert.equal((await refusal(ask(miner))).code, 'MODEL_BAD_REQUEST')
      assert.equal(model.requests.length, 1)
    })

  it('is warned of when the operator has set it', async () => {
    await using model = await startModelServer(
      without(400, { error: { message: 'no', param: 'stream_options', code: 'unknown_parameter' } }),
    )
    const { miner, warnings, infos } = await openai({
      baseUrl: model.url,
      extra: { stream_options: { include_usage: true } },
    })
    await ask(miner)
    assert.deepEqual([warnings.length, infos.length], [1, 0])
  })

  it('is not suspected when the question is refused either way', async () => {
    await using model = await startModelServer(answered(400, { error: { message: '' } }))
    const { miner, warnings } = await openai({ baseUrl: model.url })
    assert.equal((await refusal(ask(miner))).code, 'MODEL_BAD_REQUEST')
    assert.equal(model.requests.length, 2)
    assert.deepEqual(warnings, [])
  })

  it('is not suspected once the endpoint has accepted it', async () => {
    await using model = await startModelServer(streamed(['fine']))
    const { miner } = await openai({ baseUrl: model.url })
    await ask(miner)
    model.behaviour = answered(400, { error: { message: '' } })
    assert.equal((await refusal(ask(miner))).code, 'MODEL_BAD_REQUEST')
    assert.equal(model.requests.length, 2)
  })
})

describe('seed, stop, top_k and min_p', () => {
  const settings = { seed: 7, stop: ['\n\n', 'END'], topK: 40, minP: 0.05 }
  const fields = { seed: 7, stop: ['\n\n', 'END'], top_k: 40, min_p: 0.05 }
  const sentBy = async (settings: object, question: Partial<Question> = {}) => {
    await using model = await startModelServer()
    const { miner, warnings } = await openai({ baseUrl: model.url, ...settings })
    await answerOf(miner, question)
    const { seed, stop, top_k, min_p } = model.requests[0]!.body
    return { fields: { seed, stop, top_k, min_p }, warnings }
  }

  for (const api of ['chat', 'completions'])
    it(`are settings of the ${api} API`, async () => {
      assert.deepEqual(await sentBy({ ...settings, api }), { fields, warnings: [] })
    })

  it('are not sent by default', async () => {
    const none = { seed: undefined, stop: undefined, top_k: undefined, min_p: undefined }
    assert.deepEqual(await sentBy({}), { fields: none, warnings: [] })
  })

  for (const api of ['chat', 'completions'])
    it(`go on working in the extra table of the ${api} API, with a warning each`, async () => {
      const found = await sentBy({ extra: { ...fields, stop: 'END' }, api })
      assert.deepEqual(found.fields, { ...fields, stop: 'END' })
      assert.deepEqual(found.warnings, Array(4).fill({ event: 'settingInExtra' }))
    })

  it('of an endpoint replace the plain ones', async () => {
    const found = await sentBy({ ...settings, endpoints: [{ seed: null, stop: [], topK: 1 }] })
    assert.deepEqual(found.fields, { seed: undefined, stop: undefined, top_k: 1, min_p: 0.05 })
  })

  for (const [title, given] of [
    ['the setting', { seed: 1 }],
    ['the extra table', { extra: { seed: 1 } }],
    ['the setting of the completions API', { seed: 1, api: 'completions' }],
  ] as const)
    it(`include a question’s own seed, which wins over ${title}`, async () => {
      assert.equal((await sentBy(given, { seed: 0 })).fields.seed, 0)
    })

  it('are no mystery when the endpoint refuses their value: the error names the setting', async () => {
    const error = { message: 'top_k must be positive', param: 'top_k' }
    await using model = await startModelServer(answered(400, { error }))
    const { hint } = await refusal(ask((await openai({ baseUrl: model.url, topK: 0 })).miner))
    assert.equal(hint, 'set --top-k to another value, or to none')
  })
})

describe('parameters that are known to be refused', () => {
  const sampling = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty']

  for (const model of ['o1', 'o3-mini', 'o4-mini-2025-04-16', 'gpt-5', 'gpt-5-nano', 'gpt-5.1', 'ft:o4-mini:acme::abc'])
    it(`are not sent to ${model} at OpenAI, but the reasoning effort is`, async () => {
      const sent = await sentToOpenAI({ model, reasoningEffort: 'low' })
      assert.deepEqual(
        sampling.filter(name => name in sent),
        [],
      )
      assert.equal(sent.reasoning_effort, 'low')
      assert.equal(sent.max_completion_tokens, 100)
    })

  it('are sent to gpt-5.1 with reasoning effort none, as far as it supports them', async () => {
    const sent = await sentToOpenAI({ model: 'gpt-5.1', reasoningEffort: 'none' })
    assert.deepEqual(
      sampling.filter(name => name in sent),
      ['temperature', 'top_p'],
    )
  })

  for (const model of ['gpt-4o', 'gpt-5-chat-latest', 'gpt-50', 'ft:gpt-4.1:acme::o1'])
    it(`are sent to ${model} at OpenAI`, async () => {
      const sent = await sentToOpenAI({ model })
      assert.deepEqual(
        sampling.filter(name => name in sent),
        sampling,
      )
      assert.ok(!('reasoning_effort' in sent))
    })

  it('are sent to a model of that name elsewhere', async () => {
    await using model = await startModelServer()
    await ask((await openai({ baseUrl: model.url, model: 'o3' })).miner)
    assert.equal(model.requests[0]!.body.temperature, 0.4)
  })
})

describe('the extra table', () => {
  it('is sent unchanged', async () => {
    await using model = await startModelServer()
    const extra = { top_k: 5, chat_template_kwargs: { enable_thinking: false }, stop: ['\n'] }
    await ask((await openai({ baseUrl: model.url, extra })).miner)
    const { body } = model.requests[0]!
    assert.deepEqual({ ...body, ...extra }, body)
  })

  it('cannot set stream_options for a whole answer, which servers refuse', async () => {
    await using model = await startModelServer(answered(200, completion('whole')))
    const extra = { stream_options: { include_usage: true } }
    assert.equal((await ask((await openai({ baseUrl: model.url, extra, n: 2 })).miner)).text, 'whole')
    assert.ok(!('stream_options' in model.requests[0]!.body))
    await ask((await openai({ baseUrl: model.url, extra })).miner)
    assert.deepEqual(model.requests[1]!.body.stream_options, extra.stream_options)
  })
})
