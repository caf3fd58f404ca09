import assert from 'node:assert/strict'
import type { Question } from '#dist/plugin/miner.js'
import { answered, startModelServer, streamed } from '../../support/model-server.ts'
import { refusal } from '../ask.ts'
import { answerOf, openai } from './answer-of.ts'
import { sentToOpenAI } from './sent-to-openai.ts'

/** The body that is sent for a question. */
async function sentFor(question: Partial<Question>, settings: object = {}) {
  await using model = await startModelServer()
  await answerOf(await openai({ baseUrl: model.url, ...settings }), question)
  return model.requests[0]!.body
}

describe('a value of the question itself', () => {
  const said = { model: 'llama', maxTokens: 7, temperature: 0, seed: 0 }

  it('overrides the settings', async () => {
    const body = await sentFor(said, { model: 'other', maxTokens: 100, temperature: 1 })
    const { model, max_tokens, temperature, seed, top_p } = body
    assert.deepEqual([model, max_tokens, temperature, seed, top_p], ['llama', 7, 0, 0, 1])
  })

  it('overrides the extra table, under either name of the limit', async () => {
    const extra = { temperature: 1.5, max_completion_tokens: 9, seed: 4, top_k: 5 }
    const body = await sentFor(said, { extra })
    const { max_tokens, max_completion_tokens, temperature, seed, top_k } = body
    assert.deepEqual([max_tokens, max_completion_tokens, temperature, seed, top_k], [7, undefined, 0, 0, 5])
  })

  it('applies to that question only', async () => {
    await using model = await startModelServer()
    const miner = await openai({ baseUrl: model.url, extra: { temperature: 1.5 } })
    await answerOf(miner, said)
    await answerOf(miner, {})
    const { model: name, max_tokens, temperature, seed } = model.requests[1]!.body
    assert.deepEqual([name, max_tokens, temperature, seed], ['gpt-3.5-turbo', 100, 1.5, undefined])
  })

  it('leaves the others to the settings, which may be null', async () => {
    const { temperature, max_tokens } = await sentFor({ seed: 1 }, { temperature: null, maxTokens: null })
    assert.deepEqual([temperature, max_tokens], [undefined, undefined])
  })

  it('bounds the answer with the field that the named model supports', async () => {
    const { model, max_completion_tokens, max_tokens } = await sentToOpenAI({}, { model: 'gpt-5-mini', maxTokens: 7 })
    assert.deepEqual([model, max_completion_tokens, max_tokens], ['gpt-5-mini', 7, undefined])
  })

  it('is sent to a base model, as far as its API supports it', async () => {
    const { prompt, seed, max_tokens } = await sentFor({ maxTokens: 7, seed: 3 }, { api: 'completions' })
    assert.deepEqual([prompt, seed, max_tokens], ['Say hello', 3, 7])
  })

  it('may be a seed, which is left out once it has been refused', async () => {
    const message = 'Unknown parameter: seed'
    await using model = await startModelServer((response, request) =>
      'seed' in request.body
        ? answered(400, { error: { message, param: 'seed', code: 'unknown_parameter' } })(response, request)
        : streamed(['fine'])(response, request),
    )
    const miner = await openai({ baseUrl: model.url })
    for (let count = 0; count < 2; count += 1) assert.equal((await answerOf(miner, { seed: 7 })).text, 'fine')
    assert.deepEqual(
      model.requests.map(({ body }) => body.seed),
      [7, undefined, undefined],
    )
  })

  const schema = { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' } } } }
  for (const [title, responseFormat, field] of [
    ['JSON', 'json', { type: 'json_object' }],
    ['a schema', { name: 'tags', schema }, { type: 'json_schema', json_schema: { name: 'tags', schema } }],
  ] as const)
    it(`may be ${title} as the response format`, async () => {
      const { response_format } = await sentToOpenAI({}, { responseFormat })
      assert.deepEqual(response_format, field)
    })
})

describe('a model that a question names', () => {
  const noModel = answered(404, {
    error: { message: 'The model `made-up` does not exist', code: 'model_not_found', type: 'invalid_request_error' },
  })
  const noAccess = answered(403, { error: { message: 'Project has no access to model `made-up`' } })
  const fine = streamed(['fine'])

  for (const [title, refuses] of [
    ['the endpoint does not have', noModel],
    ['this key may not use', noAccess],
  ] as const)
    it(`that ${title} is named in the error, and neither key nor endpoint rests`, async () => {
      await using model = await startModelServer((response, request) =>
        (request.body.model === 'made-up' ? refuses : fine)(response, request),
      )
      const miner = await openai({ baseUrl: model.url })
      for (let count = 0; count < 6; count += 1) {
        const { code, reason, message, attempts } = await refusal(answerOf(miner, { model: 'made-up' }))
        assert.deepEqual([code, reason], ['MODEL_UNSUPPORTED', 'unsupported'])
        assert.match(message, /made-up/)
        assert.deepEqual(
          attempts!.map(({ model, error }) => [model, error]),
          [['made-up', 'MODEL_UNSUPPORTED']],
        )
      }
      assert.equal((await answerOf(miner, {})).text, 'fine')
    })

  it('rests its key when it is the configured one', async () => {
    await using model = await startModelServer(noModel)
    const miner = await openai({ baseUrl: model.url, model: 'made-up' })
    assert.equal((await refusal(answerOf(miner, { model: 'made-up' }))).code, 'MODEL_NOT_FOUND')
    const startedAt = performance.now()
    assert.equal((await refusal(answerOf(miner, {}))).code, 'MODEL_NOT_FOUND')
    assert.ok(performance.now() - startedAt > 900) // a second, because nothing else is left to ask
    assert.equal(model.requests.length, 2)
  })

  it('is requested first where it is configured, and then elsewhere', async () => {
    await using main = await startModelServer(noModel)
    await using local = await startModelServer(answered(500))
    const endpoints = [
      { name: 'main', baseUrl: main.url, model: 'gpt', weight: 1 },
      { name: 'local', baseUrl: local.url, model: 'llama', weight: 1 },
    ]
    const miner = await openai({ endpoints })
    const { attempts } = await refusal(answerOf(miner, { model: 'llama' }, { deadline: Date.now() + 2_000 }))
    assert.deepEqual(
      attempts!.slice(0, 2).map(({ endpoint, model }) => [endpoint, model]),
      [
        ['local', 'llama'],
        ['main', 'llama'],
      ],
    )
  })

  it('is shown in one short line, whatever its characters', async () => {
    await using model = await startModelServer(noModel)
    const name = `x\n\u001b[31m\u202e${'y'.repeat(10_000)}`
    const { message, attempts } = await refusal(answerOf(await openai({ baseUrl: model.url }), { model: name }))
    assert.equal(model.requests[0]!.body.model, name)
    for (const text of [message, attempts![0]!.model]) {
      assert.ok(text.length < 1_000)
      assert.doesNotMatch(text, /\p{C}/u)
    }
  })

  it('has its own refused parameters: the configured model is still sent them', async () => {
    const error = { message: 'Unsupported parameter', param: 'top_p', code: 'unsupported_parameter' }
    await using model = await startModelServer((response, request) =>
      (request.body.model === 'picky' && 'top_p' in request.body ? answered(400, { error }) : fine)(response, request),
    )
    const miner = await openai({ baseUrl: model.url })
    await answerOf(miner, { model: 'picky' })
    await answerOf(miner, { model: 'picky' })
    await answerOf(miner, {})
    assert.deepEqual(
      model.requests.map(({ body }) => 'top_p' in body),
      [true, false, false, true],
    )
  })
})
