import assert from 'node:assert/strict'
import nock from 'nock'
import type { Asked, Miner } from '#dist/plugin/miner.js'
import { assertAtOnce } from '../../support/assert-at-once.ts'
import { faults } from '../../support/fault-server.ts'
import { answered, stalled, startModelServer, streamed } from '../../support/model-server.ts'
import { asked, refusal } from '../ask.ts'
import { answerOf, openai } from './answer-of.ts'

const texts = ['one', 'two', 'three']
const vectors = [
  [0.25, -1],
  [0.5, 1e-9],
  [0, 2],
]

/** An answer of the embeddings API. */
const embeddings = (made: readonly unknown[] = vectors) => ({
  object: 'list',
  data: made.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 3, total_tokens: 3 },
})

const embed = (miner: Miner, changes: Partial<Asked> = {}) => miner.embed!(texts, asked(changes))

describe('embedding', () => {
  it('asks OpenAI for floats, and yields a vector for each text', async () => {
    const scope = nock('https://api.openai.com', { reqheaders: { authorization: 'Bearer sk-test-123' } })
      .post('/v1/embeddings', { model: 'text-embedding-3-small', input: texts, encoding_format: 'float' })
      .reply(200, embeddings(), { 'content-type': 'application/json' })
    const miner = await openai({ apiKey: 'sk-test-123', model: 'text-embedding-3-small' })
    assert.deepEqual(await embed(miner), { model: 'text-embedding-3-small', vectors, usage: { promptTokens: 3 } })
    scope.done()
  })

  it('yields them in the order of the texts, whatever the order in the reply', async () => {
    const answer = embeddings()
    await using model = await startModelServer(answered(200, { data: answer.data.toReversed() }))
    assert.deepEqual(await embed(await openai({ baseUrl: model.url, model: 'm' })), { model: 'm', vectors })
  })

  it('reads a large answer', async () => {
    const many = Array.from({ length: 100 }, () => Array.from({ length: 3_000 }, (_, at) => at / 3))
    await using model = await startModelServer(answered(200, embeddings(many)))
    const miner = await openai({ baseUrl: model.url })
    const { vectors } = await miner.embed!(Array.from({ length: 100 }, String), asked())
    assert.deepEqual(vectors, many)
  })

  const unreadable: [string, object][] = [
    ['fewer vectors than texts', embeddings(vectors.slice(1))],
    ['more vectors than texts', embeddings([...vectors, [1, 1]])],
    ['one vector twice', { data: vectors.map(embedding => ({ index: 0, embedding })) }],
    ['a vector that is text', embeddings(['AACAPgAAgL8=', ...vectors.slice(1)])],
    ['a vector with a gap', embeddings([[1, null], ...vectors.slice(1)])],
    ['an empty vector', embeddings([[], ...vectors.slice(1)])],
    ['no list', { data: { 0: vectors[0] } }],
    ['an answer to a question', { choices: [{ message: { content: 'Hi' } }] }],
  ]
  for (const [title, document] of unreadable)
    it(`rejects ${title}, and asks the next endpoint`, async () => {
      await using main = await startModelServer(answered(200, document))
      await using local = await startModelServer(answered(200, embeddings()))
      const endpoints = [
        { name: 'main', baseUrl: main.url },
        { name: 'local', baseUrl: local.url },
      ]
      assert.deepEqual((await embed(await openai({ endpoints }))).vectors, vectors)
      assert.equal(main.requests.length, 1)
    })

  it('reports why every endpoint failed, with the attempts', async () => {
    await using model = await startModelServer(answered(200, { data: [] }))
    const error = await refusal(embed(await openai({ baseUrl: model.url }), { deadline: Date.now() + 2_000 }))
    assert.equal(error.code, 'MODEL_UNREADABLE')
    assert.ok(error.attempts!.length > 0)
  })

  it('retries, and uses another key after a rate limit', async () => {
    await using main = await startModelServer((response, request) =>
      (request.headers.authorization === 'Bearer sk-one'
        ? faults()['429 without a word on when']
        : answered(200, embeddings()))(response, request),
    )
    const endpoints = [{ baseUrl: main.url, apiKeys: ['sk-one', 'sk-two'] }]
    assert.deepEqual((await embed(await openai({ endpoints }))).vectors, vectors)
  })

  it('does not stop a model that cannot embed from answering', async () => {
    const message = 'You are not allowed to generate embeddings from this model'
    await using model = await startModelServer((response, request) =>
      (request.path === '/v1/embeddings' ? answered(403, { error: { message } }) : streamed(['fine']))(
        response,
        request,
      ),
    )
    const miner = await openai({ baseUrl: model.url, model: 'gpt' })
    const { code, reason, message: told } = await refusal(embed(miner))
    assert.deepEqual([code, reason], ['MODEL_UNSUPPORTED', 'unsupported'])
    assert.match(told, /gpt.*not allowed/)
    assert.equal((await answerOf(miner, {})).text, 'fine')
  })

  it('ends its call at once when the caller leaves', async () => {
    await using model = await startModelServer(stalled())
    const leaving = new AbortController()
    const embedding = embed(await openai({ baseUrl: model.url }), { signal: leaving.signal })
    const { over } = await model.arrived(0)
    const left = performance.now()
    leaving.abort(new Error('gone'))
    await assert.rejects(embedding, /gone/)
    assert.deepEqual(await over, { left: true })
    assertAtOnce(performance.now() - left)
  })

  it('ends at the deadline', async () => {
    await using model = await startModelServer(stalled())
    const embedding = embed(await openai({ baseUrl: model.url }), { deadline: Date.now() + 200 })
    assert.equal((await refusal(embedding)).code, 'MODEL_TIMEOUT')
    await assert.rejects(
      embed(await openai({ baseUrl: model.url }), { signal: AbortSignal.abort(new Error('gone')) }),
      /gone/,
    )
  })
})
