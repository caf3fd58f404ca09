import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { ModelList } from '#dist/plugin/miner.js'
import { answered, type Behaviour, cut, startModelServer } from '../../support/model-server.ts'
import { build } from '../ask.ts'

const never = new AbortController().signal
const models = async (settings: object, signal = never): Promise<readonly ModelList[]> =>
  (await build(openaiMiner(openaiClient), settings)).models!(signal)
const listOf = (...ids: string[]) => ({ object: 'list', data: ids.map(id => ({ id, object: 'model' })) })

describe('the models of the openai miner', () => {
  it('lists what every endpoint offers, and marks the configured one', async () => {
    await using one = await startModelServer(answered(200, listOf('b', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18')))
    await using two = await startModelServer(answered(200, listOf('llama3:latest')))
    const lists = await models({
      model: 'gpt-4o-mini',
      endpoints: [
        { name: 'one', baseUrl: one.url, apiKey: 'sk-1' },
        { name: 'two', baseUrl: two.url, model: 'llama3' },
      ],
    })
    assert.deepEqual(lists, [
      {
        name: 'one',
        configured: 'gpt-4o-mini',
        models: [
          { id: 'b', configured: false },
          { id: 'gpt-4o-mini', configured: true },
          { id: 'gpt-4o-mini-2024-07-18', configured: false },
        ],
      },
      { name: 'two', configured: 'llama3', models: [{ id: 'llama3:latest', configured: true }] },
    ])
    const [{ method, path, headers }] = one.requests as [(typeof one.requests)[0]]
    assert.deepEqual([method, path, headers.authorization], ['GET', '/v1/models', 'Bearer sk-1'])
  })

  const shapes: [string, object, string[]][] = [
    ['a list without an object (Together)', [{ id: 'a' }, { id: 'b' }], ['a', 'b']],
    ['names only', { data: ['a', 'b'] }, ['a', 'b']],
    ['names in `models` (Gemini’s own)', { models: [{ name: 'models/a' }] }, ['models/a']],
    ['no model at all (Ollama)', { object: 'list', data: null }, []],
    ['an entry without a name', { data: [{ id: 5 }, null, { id: '' }, { id: 'a' }] }, ['a']],
    ['one twice', listOf('a', 'a'), ['a']],
  ]
  for (const [title, document, ids] of shapes)
    it(`reads ${title}`, async () => {
      await using model = await startModelServer(answered(200, document))
      const [only] = await models({ baseUrl: model.url })
      assert.equal(only!.problem, undefined)
      assert.deepEqual(
        only!.models.map(({ id }) => id),
        ids,
      )
    })

  it('marks a model by the alias that llama.cpp lists', async () => {
    await using model = await startModelServer(
      answered(200, { data: [{ id: 'x.gguf', aliases: ['mine'], owned_by: 'llamacpp' }] }),
    )
    const [only] = await models({ baseUrl: model.url, model: 'mine' })
    assert.deepEqual(only!.models, [{ id: 'x.gguf', configured: true }])
  })

  it('follows the pages of a list, by OpenAI’s cursor or Anthropic’s', async () => {
    for (const cursor of ['after', 'after_id']) {
      await using model = await startModelServer((response, request) => {
        const from = Number(new URL(request.path, model.url).searchParams.get(cursor)?.slice(1) ?? -1) + 1
        const data = Array.from({ length: 20 }, (_, at) => ({ id: `m${from + at}` }))
        answered(200, { data, has_more: from < 40, last_id: `m${from + 19}` })(response, request)
      })
      const [only] = await models({ baseUrl: model.url })
      assert.equal(only!.models.length, 60)
      assert.equal(model.requests.length, 3)
    }
  })

  it('ends at a server that ignores the cursor', async () => {
    await using model = await startModelServer(answered(200, { ...listOf('a', 'b'), has_more: true }))
    const [only] = await models({ baseUrl: model.url })
    assert.equal(only!.models.length, 2)
    assert.equal(model.requests.length, 2)
  })

  it('keeps ten thousand models, and notes that there are more', async () => {
    const ids = Array.from({ length: 10_001 }, (_, at) => `m${at}`)
    await using model = await startModelServer(answered(200, listOf(...ids)))
    const [only] = await models({ baseUrl: model.url })
    assert.equal(only!.models.length, 10_000)
    assert.deepEqual(only!.notes, ['lists more models than these 10000'])
  })

  const failures: [string, Behaviour, string][] = [
    ['a server without a list', answered(404, { detail: 'Not Found' }), 'MODELS_MISSING'],
    ['a server that takes no GET', answered(405), 'MODELS_MISSING'],
    ['a refused key', answered(401, { error: { message: 'no' } }), 'MODEL_KEY_REFUSED'],
    ['a rate limit', answered(429, { error: { message: 'slow' } }), 'MODEL_RATE_LIMITED'],
    ['a web page', answered(200, '<html>', { 'content-type': 'text/html' }), 'MODEL_UNREADABLE'],
    ['another document', answered(200, { ok: true }), 'MODEL_UNREADABLE'],
    ['a redirect', answered(302, '', { location: '/v2/models' }), 'MODEL_REDIRECTED'],
    ['a server that breaks off', cut(), 'MODEL_UNREACHABLE'],
    [
      'a list without end',
      response => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const write = () => {
          while (response.write('[0,'.repeat(20_000)));
          if (!response.destroyed) response.once('drain', write)
        }
        write()
      },
      'MODEL_ANSWER_TOO_LARGE',
    ],
  ]
  for (const [title, behaviour, code] of failures)
    it(`reports ${title}, and lists the others`, async () => {
      await using broken = await startModelServer(behaviour)
      await using fine = await startModelServer(answered(200, listOf('a')))
      const [first, second] = await models({
        endpoints: [
          { name: 'broken', baseUrl: broken.url },
          { name: 'fine', baseUrl: fine.url },
        ],
      })
      assert.equal(first!.problem?.code, code)
      assert.ok(first!.problem?.message.includes('broken') || code === 'MODEL_ANSWER_TOO_LARGE')
      assert.ok(first!.problem?.hint)
      assert.deepEqual(first!.models, [])
      assert.equal(second!.models.length, 1)
    })

  it('reports a server that is down, and a missing key', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    const lists = await models({ endpoints: [{ baseUrl: `http://127.0.0.1:${port}/v1` }, { name: 'openai' }] })
    assert.deepEqual(
      lists.map(({ problem }) => problem?.code),
      ['MODEL_UNREACHABLE', 'MODEL_KEY_MISSING'],
    )
  })

  it('asks with the next key when the first is refused', async () => {
    await using model = await startModelServer((response, request) =>
      request.headers.authorization === 'Bearer sk-old'
        ? answered(401, { error: { message: 'no' } })(response, request)
        : answered(200, listOf('a'))(response, request),
    )
    const [only] = await models({ endpoints: [{ baseUrl: model.url, apiKeys: ['sk-old', 'sk-new'] }] })
    assert.deepEqual(only!.models, [{ id: 'a', configured: false }])
    assert.equal(model.requests.length, 2)
  })

  it('closes its connection when its signal aborts', async () => {
    await using model = await startModelServer(() => {})
    const leaving = new AbortController()
    const listing = models({ baseUrl: model.url }, leaving.signal)
    const request = await model.arrived(0)
    leaving.abort(new Error('enough'))
    await assert.rejects(listing, /enough/)
    assert.deepEqual(await request.over, { left: true })
  })
})
