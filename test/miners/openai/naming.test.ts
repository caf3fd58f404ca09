import assert from 'node:assert/strict'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { answered, type Behaviour, stalled, startModelServer, streamed } from '../../support/model-server.ts'
import { ask, build, refusal } from '../ask.ts'
import { askingOnce } from './asking-once.ts'

const error = (status: number, code: string, param: string | null = null) =>
  answered(status, { error: { message: 'no', code, param } })

describe('an error of an endpoint', () => {
  /** What is said of a server that behaves so, which a configuration names so. */
  const said = async (behaviour: Behaviour, at: (url: string) => object) => {
    await using model = await startModelServer(behaviour)
    const { message, hint } = await refusal(ask(await build(askingOnce(openaiClient), at(model.url))))
    return { message: message.replaceAll(new URL(model.url).host, 'HOST'), hint }
  }
  const listed = (own: object) => (url: string) => ({
    endpoints: [{ name: 'main', model: 'llama', baseUrl: url, apiKeys: ['sk-1'], ...own }, { name: 'other' }],
  })
  const plain = (own: object) => (url: string) => ({ baseUrl: url, apiKey: 'sk-1', model: 'llama', ...own })

  const cases: [string, Behaviour, object, string, string, string][] = [
    [
      'a refused key',
      error(401, 'invalid_api_key'),
      {},
      '%s refuses the API key, or requires one (401)',
      'check --api-key, OPENAI_API_KEY or openai.apiKey, and that the key belongs to this endpoint',
      'check openai.endpoints[0].apiKeys, and that the key belongs to this endpoint',
    ],
    [
      'a missing model',
      error(404, 'model_not_found'),
      {},
      '%s has no model llama (404): no',
      'set --model to one that is available at this endpoint with this key',
      'set openai.endpoints[0].model to one that is available at this endpoint with this key',
    ],
    [
      'a refused value',
      error(400, 'x', 'max_tokens'),
      {},
      '%s refuses the request, parameter max_tokens (400): no',
      'set --max-tokens to another value, or to none',
      'set openai.endpoints[0].maxTokens to another value, or to none',
    ],
    [
      'a refused value of an extra field',
      error(400, 'x', 'chat_template_kwargs.thinking'),
      { extra: { chat_template_kwargs: { thinking: 1 }, user: 'x' } },
      '%s refuses the request, parameter chat_template_kwargs.thinking (400): no',
      'set chat_template_kwargs in openai.extra to another value, or remove it',
      'set chat_template_kwargs in openai.endpoints[0].extra to another value, or remove it',
    ],
    [
      'a refused value of an extra field that only the words name',
      answered(400, { error: { message: 'repetition_penalty must be positive' } }),
      { extra: { top_k: 3, repetition_penalty: -1 } },
      '%s refuses the request (400): repetition_penalty must be positive',
      'set repetition_penalty in openai.extra to another value, or remove it',
      'set repetition_penalty in openai.endpoints[0].extra to another value, or remove it',
    ],
    [
      'a refused value without a name, beside extra fields',
      answered(500, {
        error: { code: 500, message: '[json.exception.type_error.302] type must be number, but is string' },
      }),
      { extra: { user: 'x' } },
      '%s refuses the request (500): [json.exception.type_error.302] type must be number, but is string',
      'check the settings of the miner, and the fields in openai.extra',
      'check the settings of the miner, and the fields in openai.endpoints[0].extra',
    ],
    [
      'a refused value of a setting that only the words name',
      answered(400, { error: { message: "'min_p' must be at most 1" } }),
      { extra: { user: 'x' }, minP: 1 },
      "%s refuses the request (400): 'min_p' must be at most 1",
      'check the settings of the miner, --min-p first',
      'check the settings of the miner, openai.endpoints[0].minP first',
    ],
    [
      'a web page',
      answered(200, '<html>', { 'content-type': 'text/html' }),
      {},
      '%s answered with a web page, which is not a completion',
      'check --base-url: it names an OpenAI-compatible API and usually ends in /v1',
      'check openai.endpoints[0].baseUrl: it names an OpenAI-compatible API and usually ends in /v1',
    ],
    [
      'silence',
      stalled(),
      { firstTokenTimeout: 30 },
      'llama at %s sent no first token within 30 ms',
      'choose a faster --model, or raise --first-token-timeout',
      'choose a faster openai.endpoints[0].model, or raise openai.endpoints[0].firstTokenTimeout',
    ],
    [
      'an answer without words',
      streamed([''], { finishReason: 'length' }),
      {},
      'llama at %s used up its tokens before the first word',
      'raise --max-tokens: a model that reasons counts its reasoning tokens too',
      'raise openai.endpoints[0].maxTokens: a model that reasons counts its reasoning tokens too',
    ],
  ]
  for (const [title, behaviour, own, message, flagged, named] of cases) {
    it(`names the flag after ${title}, where there is no list`, async () =>
      assert.deepEqual(await said(behaviour, plain(own)), { message: message.replace('%s', 'HOST'), hint: flagged }))
    it(`names the endpoint and its key in the file after ${title}, where it is listed`, async () =>
      assert.deepEqual(await said(behaviour, listed(own)), {
        message: message.replace('%s', 'main (HOST)'),
        hint: named,
      }))
  }

  it('names the plain key for a listed endpoint that inherits it, and its own key otherwise', async () => {
    const inherited = await said(error(401, 'x'), url => ({ baseUrl: url, apiKey: 'sk-1', endpoints: [{}] }))
    assert.match(inherited.hint!, /^check --api-key, OPENAI_API_KEY or openai\.apiKey,/)
    const own = await said(error(401, 'x'), url => ({ baseUrl: url, endpoints: [{ apiKey: 'sk-1' }] }))
    assert.match(own.hint!, /^check openai\.endpoints\[0\]\.apiKey,/)
  })

  it('names the plain extra table for a listed endpoint that inherits it', async () => {
    const inherited = await said(error(400, 'x', 'user'), url => ({
      baseUrl: url,
      extra: { user: 'x' },
      endpoints: [{}],
    }))
    assert.equal(inherited.hint, 'set user in openai.extra to another value, or remove it')
  })

  const replies: [string, Behaviour][] = [
    ['404', answered(404, { error: { message: 'File Not Found', type: 'not_found_error', code: 404 } })],
    ['404 that speaks of models', answered(404, 'Invalid URL (POST /v1/models/chat/completions)')],
    ['405', answered(405, { detail: 'Method Not Allowed' })],
    ['200 and an error', answered(200, { error: 'Unexpected endpoint or method. (POST /v1/x)' })],
    ['web page', answered(200, '<html>', { 'content-type': 'text/html' })],
  ]
  for (const end of ['/chat/completions', '/chat/completions/', '/completions', '/embeddings', '/models'])
    for (const [title, behaviour] of replies)
      it(`tells what to cut of a base URL that ends in ${end}, after a ${title}`, async () => {
        const { hint } = await said(behaviour, url => plain({})(url + end))
        assert.equal(hint, `cut ${end} off the end of --base-url: the miner appends the path itself`)
      })

  for (const [title, behaviour, hint] of [
    ['a refused key', error(401, 'x'), /^check --api-key/],
    ['a refused parameter', error(400, 'x', 'top_p'), /^set --top-p/],
    ['a missing model', error(404, 'model_not_found'), /^set --model/],
  ] as const)
    it(`tells nothing to cut after ${title}`, async () => {
      assert.match((await said(behaviour, url => plain({})(`${url}/models`))).hint!, hint)
    })

  it('names the setting of a missing key', async () => {
    const miner = await build(openaiMiner(openaiClient), { endpoints: [{ name: 'main' }] })
    const { code, hint } = await refusal(miner.ready!())
    assert.equal(code, 'MODEL_KEY_MISSING')
    assert.equal(hint, 'set openai.endpoints[0].apiKeys, or give that endpoint another baseUrl')
  })
})
