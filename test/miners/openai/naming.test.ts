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
      'check OPENAI_API_KEY or openai.apiKey, and that the key belongs to this endpoint',
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
      'a web page',
      answered(200, '<html>', { 'content-type': 'text/html' }),
      {},
      '%s answered with a web page, which is no completion',
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
    assert.match(inherited.hint!, /^check OPENAI_API_KEY or openai\.apiKey,/)
    const own = await said(error(401, 'x'), url => ({ baseUrl: url, endpoints: [{ apiKey: 'sk-1' }] }))
    assert.match(own.hint!, /^check openai\.endpoints\[0\]\.apiKey,/)
  })

  it('names the setting of a missing key', async () => {
    const miner = await build(openaiMiner(openaiClient), { endpoints: [{ name: 'main' }] })
    const { code, hint } = await refusal(miner.ready!())
    assert.equal(code, 'MODEL_KEY_MISSING')
    assert.equal(hint, 'set openai.endpoints[0].apiKeys, or give that endpoint another baseUrl')
  })
})
