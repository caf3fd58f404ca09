import assert from 'node:assert/strict'
import { RefusedParameters } from '#dist/miners/openai/call/refused-parameters.js'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { inspectEndpoint } from '#dist/miners/openai/inspect.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { endpointsOf } from '#dist/miners/openai/settings/endpoints.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'
import type { Check } from '#dist/plugin/miner.js'
import {
  answered,
  type Behaviour,
  chunk,
  event,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../support/model-server.ts'
import { sdk } from '../../support/sdk.ts'
import { build } from '../ask.ts'

const never = new AbortController().signal
const check = async (model: ModelServer, settings: object, signal = never): Promise<Check> => {
  const miner = await build(openaiMiner(openaiClient), { baseUrl: model.url, ...settings })
  const [only] = await miner.check!(signal)
  return only!
}

/** Answers as a model, with the count of the prompt's tokens. */
const as =
  (model: string, { tokens = 9, finishReason = 'stop', text = 'OK' } = {}): Behaviour =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const chunks = [chunk({ content: text }), chunk({}, finishReason)]
    for (const one of chunks) response.write(event({ ...one, model }))
    response.write(event({ ...chunk(), model, choices: [], usage: { prompt_tokens: tokens, completion_tokens: 2 } }))
    response.end('data: [DONE]\n\n')
  }
const unknownModel = answered(404, { error: { message: 'no such model', code: 'model_not_found' } })

/** A server with these documents at these paths, which answers each question with `ask`. */
const server = (documents: Record<string, object>, ask: (request: ModelRequest) => Behaviour) =>
  startModelServer((response, request) => {
    const document = documents[request.path]
    const reply = request.method === 'POST' ? ask(request) : document ? answered(200, document) : answered(404)
    return reply(response, request)
  })
const models = (...ids: string[]) => ({ data: ids.map(id => ({ id, object: 'model' })) })
const asked = (model: ModelServer) => model.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)

describe('the check of an endpoint that ignores the model’s name', () => {
  const llama = { data: [{ id: 'recite', aliases: ['recite'], owned_by: 'llamacpp' }] }

  it('says which model answers, and what mends it (llama.cpp)', async () => {
    await using model = await server({ '/v1/models': llama }, () => as('recite'))
    const { findings, notes, problem } = await check(model, { model: 'qwen3' })
    assert.deepEqual([findings.model, problem], [false, undefined])
    assert.deepEqual(notes, [
      'ignores the name of the model: recite answers, not qwen3. Dialects whose callers name the model refuse such answers (501); set --model to recite, or start the server under the name qwen3 (llama.cpp: --alias)',
    ])
    assert.deepEqual(
      asked(model).map(({ model }) => model),
      ['qwen3', 'miner-check-no-such-model'],
    )
  })

  it('says so of one that repeats the name (older llama.cpp)', async () => {
    await using model = await server({ '/v1/models': llama }, ({ body }) => as(String(body.model)))
    const { findings, notes } = await check(model, { model: 'qwen3' })
    assert.equal(findings.model, false)
    assert.match(notes![0]!, /recite answers, not qwen3/)
  })

  it('says so of one with several models, of which it cannot tell which answers', async () => {
    await using model = await server({ '/v1/models': models('a', 'b') }, ({ body }) => as(String(body.model)))
    const { notes } = await check(model, { model: 'qwen3' })
    assert.match(notes![0]!, /it answers to any\..*set --model to one that `miner models` lists/)
  })

  it('says so of one without a list, and of one that only reasons in so few tokens', async () => {
    await using bare = await server({}, () => as('recite'))
    assert.equal((await check(bare, { model: 'qwen3' })).findings.model, false)
    await using thinking = await server({ '/v1/models': llama }, () =>
      as('recite', { text: '', finishReason: 'length' }),
    )
    const { findings, problem } = await check(thinking, { model: 'qwen3' })
    assert.deepEqual([findings.model, problem], [false, undefined])
  })

  it('stops the question under a name that cannot exist at its first token', async () => {
    await using model = await server({ '/v1/models': llama }, ({ body }) =>
      body.model === 'qwen3'
        ? as('recite')
        : response => {
            response.writeHead(200, { 'content-type': 'text/event-stream' })
            response.write(event({ ...chunk({ content: 'OK' }), model: 'recite' }))
          },
    )
    assert.equal((await check(model, { model: 'qwen3' })).findings.model, false)
    const last = model.requests.findLast(({ method }) => method === 'POST')
    assert.deepEqual(await last!.over, { left: true })
  })

  const fine: [string, string, object, string][] = [
    ['a dated version (OpenAI)', 'gpt-4o-mini', models('gpt-4o-mini'), 'gpt-4o-mini-2024-07-18'],
    ['a dated version without a list', 'gpt-4o-mini', {}, 'gpt-4o-mini-2024-07-18'],
    ['`:free` (OpenRouter)', 'meta-llama/llama-3:free', models('meta-llama/llama-3'), 'meta-llama/llama-3'],
    ['a router’s choice (OpenRouter)', 'openrouter/auto', models('openrouter/auto'), 'openai/gpt-5'],
    ['a served name of vLLM', 'mine', models('/models/llama-3', 'mine'), '/models/llama-3'],
    ['`:latest` (Ollama)', 'llama3', models('llama3:latest'), 'llama3'],
    ['an alias of llama.cpp', 'mine', { data: [{ id: 'recite', aliases: ['mine'] }] }, 'recite'],
    ['a prefix of Gemini', 'gemini-2.0-flash', models('models/gemini-2.0-flash'), 'gemini-2.0-flash'],
    ['a route of LiteLLM', 'gpt-4o', models('openai/*'), 'azure-gpt'],
  ]
  for (const [title, name, list, answering] of fine)
    it(`finds no fault in ${title}, and asks no further question`, async () => {
      await using model = await server({ '/v1/models': list }, () => as(answering))
      const { findings, notes } = await check(model, { model: name })
      assert.deepEqual([findings.model, notes], [true, undefined])
      assert.equal(asked(model).length, 1)
    })

  it('finds no fault in a deployment of Azure, which refuses a name that cannot exist', async () => {
    await using model = await server({ '/v1/models': models('gpt-4o-2024-08-06', 'gpt-35') }, ({ body }) =>
      body.model === 'my-deployment' ? as('gpt-4o-2024-08-06') : unknownModel,
    )
    const { findings, notes } = await check(model, { model: 'my-deployment' })
    assert.deepEqual([findings.model, notes], [true, undefined])
  })

  it('says it once for an endpoint with several keys', async () => {
    await using model = await server({ '/v1/models': llama }, () => as('recite'))
    const miner = await build(openaiMiner(openaiClient), {
      endpoints: [{ name: 'main', baseUrl: model.url, model: 'qwen3', apiKeys: ['sk-1', 'sk-2'] }],
    })
    const checks = await miner.check!(never)
    assert.deepEqual(
      checks.map(({ findings, notes = [] }) => [findings.model, notes.length]),
      [
        [false, 1],
        [false, 0],
      ],
    )
    assert.equal(asked(model).length, 3)
  })
})

describe('the check of a suffix', () => {
  const settings = { api: 'completions', suffix: ' and so on', model: 'm' }
  const list = { '/v1/models': models('m') }

  it('says that an endpoint ignores it, by the count of its tokens', async () => {
    await using model = await server(list, () => as('m'))
    const { findings, notes } = await check(model, settings)
    assert.equal(findings.parameters, false)
    assert.deepEqual(notes, [
      'm seems to ignore --suffix: it counts 9 tokens of input with and without it; choose an endpoint with fill-in, or remove --suffix',
    ])
    const [first, second] = asked(model)
    assert.deepEqual([first!.suffix, second!.suffix, second!.max_tokens], [' and so on', undefined, 1])
    assert.deepEqual(first!.stream_options, { include_usage: true })
  })

  it('finds no fault when the suffix counts, or nothing is counted', async () => {
    for (const tokens of [(body: object) => ('suffix' in body ? 14 : 9), () => 0]) {
      await using model = await server(list, ({ body }) => as('m', { tokens: tokens(body) }))
      const { findings, notes } = await check(model, settings)
      assert.deepEqual([findings.parameters, notes], [true, undefined])
    }
  })

  it('notes a refused suffix as it notes a refused parameter', async () => {
    await using model = await server(list, ({ body }) =>
      'suffix' in body
        ? answered(400, { error: { message: 'no', code: 'unsupported_parameter', param: 'suffix' } })
        : as('m'),
    )
    const { notes } = await check(model, settings)
    assert.deepEqual(notes, ['m refuses suffix, so it is not sent'])
  })
})

describe('the check of a server’s slots', () => {
  const servers: [string, string, Record<string, object>, number | undefined][] = [
    ['llama.cpp', 'llamacpp', { '/props': { total_slots: 4 } }, 4],
    ['llama.cpp without them in its properties', 'llamacpp', { '/slots': [{ id: 0 }, { id: 1 }] }, 2],
    ['SGLang', 'sglang', { '/server_info': states(128, 128) }, 256],
    ['an older SGLang', 'sglang', { '/get_server_info': states(52) }, 52],
    ['TGI', 'm', { '/info': { max_concurrent_requests: 128 } }, 128],
    ['vLLM', 'vllm', { '/props': { total_slots: 4 } }, undefined],
    ['another server', 'llamacpp', { '/props': { total_slots: 'four' } }, undefined],
  ]
  for (const [title, owner, documents, slots] of servers)
    it(`reads those of ${title}`, async () => {
      const list = { data: [{ id: 'm', owned_by: owner }] }
      await using model = await server({ '/v1/models': list, ...documents }, () => as('m'))
      const { concurrency, problem } = await check(model, { model: 'm' })
      assert.deepEqual([concurrency, problem], [slots, undefined])
    })

  it('asks beside /v1, also below a prefix', async () => {
    const list = { data: [{ id: 'm', owned_by: 'llamacpp' }] }
    await using model = await server({ '/llm/v1/models': list, '/llm/props': { total_slots: 3 } }, () => as('m'))
    const { origin } = new URL(model.url)
    assert.equal((await check(model, { model: 'm', baseUrl: `${origin}/llm/v1/` })).concurrency, 3)
  })

  function states(...limits: number[]) {
    return { internal_states: limits.map(limit => ({ effective_max_running_requests_per_dp: limit })) }
  }
})

describe('the inspection of an endpoint', () => {
  it('never makes a check fail, whatever the server does', async () => {
    const broken: Behaviour[] = [answered(500), answered(200, '<html>'), response => void response.destroy()]
    for (const reply of broken) {
      await using model = await startModelServer((response, request) =>
        (request.method === 'POST' ? as('m') : reply)(response, request),
      )
      const { findings, notes, problem } = await check(model, { model: 'm' })
      assert.deepEqual([findings.model, notes, problem], [true, undefined, undefined])
    }
  })

  it('leaves open what takes too long, and keeps the rest', async () => {
    await using model = await server(
      { '/v1/models': { data: [{ id: 'recite', owned_by: 'llamacpp' }] }, '/props': { total_slots: 4 } },
      ({ body }) => (body.model === 'qwen3' ? as('recite') : () => {}),
    )
    const settings = openaiSettings(sdk.z).parse({ baseUrl: model.url, model: 'qwen3' })
    const [endpoint] = endpointsOf(settings, 'openai')
    const client = await openaiClient({ baseUrl: model.url, apiKey: null, organization: null, project: null })
    const found = await inspectEndpoint(
      { endpoint, keyAt: 0 },
      {
        client,
        refused: new RefusedParameters({ debug() {}, info() {}, warn() {}, error() {} }),
        question: { messages: [{ role: 'user', content: 'hi' }] },
        outcome: { model: 'recite', finishReason: 'stop' },
        signal: never,
        ms: 1000,
      },
    )
    assert.deepEqual(found, { ignoresModel: false, ignoresSuffix: false, concurrency: 4, notes: [] })
    assert.deepEqual(await model.requests.find(({ method }) => method === 'POST')!.over, { left: true })
  })

  it('ends with the signal', async () => {
    await using model = await startModelServer((response, request) =>
      request.method === 'POST' ? as('m')(response, request) : undefined,
    )
    const leaving = new AbortController()
    const checking = check(model, { model: 'm' }, leaving.signal)
    const list = await model.arrived(1)
    leaving.abort(new Error('enough'))
    await assert.rejects(checking, /enough/)
    assert.deepEqual(await list.over, { left: true })
  })

  it('leaves out an endpoint that has not answered', async () => {
    await using model = await startModelServer(unknownModel)
    await check(model, { model: 'm' })
    assert.equal(model.requests.length, 1)
  })
})
