import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Check } from '#dist/plugin/miner.js'
import {
  answered,
  type Behaviour,
  cut,
  stalled,
  startModelServer,
  streamed,
  whole,
} from '../../support/model-server.ts'
import { build } from '../ask.ts'

const openai = (settings: object) => build(openaiMiner(openaiClient), settings)
const check = async (settings: object, signal = new AbortController().signal): Promise<readonly Check[]> =>
  (await openai(settings)).check!(signal)

/** Whether each holds, without the times. */
const held = ({ findings: { firstToken: _, total: __, ...rest } }: Check) => Object.values(rest)

describe('the check of the openai miner', () => {
  it('asks every endpoint with every key one tiny question, with its own parameters', async () => {
    await using one = await startModelServer()
    await using two = await startModelServer((response, request) =>
      (request.method === 'GET' ? answered(200, { data: [{ id: 'llama' }] }) : whole('OK'))(response, request),
    )
    const checks = await check({
      temperature: 0.7,
      endpoints: [
        { name: 'one', baseUrl: one.url, apiKeys: ['sk-1', 'sk-2'] },
        { name: 'two', baseUrl: two.url, model: 'llama', maxTokens: 5, extra: { top_k: 5 } },
      ],
    })
    assert.deepEqual(
      checks.map(({ name }) => name),
      ['one, key 1', 'one, key 2', 'two'],
    )
    for (const { findings, problem } of checks) {
      assert.deepEqual(Object.keys(findings), ['reachable', 'key', 'model', 'parameters', 'firstToken', 'total'])
      const { firstToken, total, ...rest } = findings
      assert.deepEqual(rest, { reachable: true, key: true, model: true, parameters: true })
      assert.ok(Number.isInteger(firstToken) && Number.isInteger(total) && Number(total) >= Number(firstToken))
      assert.equal(problem, undefined)
    }
    const questions = one.requests.filter(({ method }) => method === 'POST')
    assert.deepEqual(questions.map(({ headers }) => headers.authorization).sort(), ['Bearer sk-1', 'Bearer sk-2'])
    const { body } = two.requests[0]!
    assert.deepEqual([body.model, body.max_tokens, body.top_k, body.temperature], ['llama', 5, 5, 0.7])
    assert.equal(one.requests[0]!.body.max_tokens, 16)
  })

  const error = (status: number, code: string, more: object = {}): Behaviour =>
    answered(status, { error: { message: 'no', code, ...more } })
  const failures: [string, Behaviour, string, (boolean | null)[]][] = [
    ['a refused key', error(401, 'invalid_api_key'), 'MODEL_KEY_REFUSED', [true, false, null, null]],
    ['a forbidden model', error(403, 'x'), 'MODEL_FORBIDDEN', [true, false, null, null]],
    ['a missing model', error(404, 'model_not_found'), 'MODEL_NOT_FOUND', [true, null, false, null]],
    ['no money', error(429, 'insufficient_quota'), 'MODEL_QUOTA', [true, true, null, null]],
    ['a limit of rate', error(429, 'rate_limit_exceeded'), 'MODEL_RATE_LIMITED', [true, true, null, null]],
    ['a bad parameter', error(400, 'x', { param: 'top_p' }), 'MODEL_BAD_REQUEST', [true, true, null, false]],
    ['a broken server', error(500, 'x'), 'MODEL_FAILED', [true, null, null, null]],
    ['a cut before the head', cut(), 'MODEL_UNREACHABLE', [false, null, null, null]],
    ['a cut after some words', cut(['O']), 'MODEL_CUT', [true, true, true, true]],
    ['an answer without words', streamed(['']), 'MODEL_EMPTY', [true, true, true, true]],
  ]
  for (const [title, behaviour, code, expected] of failures)
    it(`reports ${title}`, async () => {
      await using model = await startModelServer(behaviour)
      const [only] = await check({ baseUrl: model.url, apiKey: 'sk-1' })
      assert.equal(only!.problem?.code, code)
      assert.ok(only!.problem?.message && only!.problem.hint)
      assert.deepEqual(held(only!), expected)
      assert.equal(only!.findings.total, null)
    })

  it('reports a server that is down', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    const [only] = await check({ baseUrl: `http://127.0.0.1:${port}/v1` })
    assert.equal(only!.problem?.code, 'MODEL_UNREACHABLE')
    assert.deepEqual(held(only!), [false, null, null, null])
  })

  it('reports a missing key without a request', async () => {
    const [only] = await check({})
    assert.equal(only!.problem?.code, 'MODEL_KEY_MISSING')
    assert.deepEqual(held(only!), [null, false, null, null])
  })

  it('passes without a refused parameter, and notes it', async () => {
    await using model = await startModelServer((response, request) =>
      'top_p' in request.body
        ? error(400, 'unsupported_parameter', { param: 'top_p' })(response, request)
        : streamed(['OK'])(response, request),
    )
    const [only] = await check({ baseUrl: model.url })
    assert.equal(only!.problem, undefined)
    assert.deepEqual(held(only!), [true, true, true, false])
    assert.deepEqual(only!.notes, ['gpt-3.5-turbo refuses top_p, so it is not sent'])
  })

  it('does not mention refused token counts, unless the operator asked for them', async () => {
    await using model = await startModelServer((response, request) =>
      'stream_options' in request.body
        ? error(400, 'unsupported_parameter', { param: 'stream_options' })(response, request)
        : streamed(['OK'])(response, request),
    )
    const [only] = await check({ baseUrl: model.url })
    assert.deepEqual([held(only!), only!.notes], [[true, true, true, true], undefined])
    const [set] = await check({ baseUrl: model.url, extra: { stream_options: { include_usage: true } } })
    assert.deepEqual(held(set!), [true, true, true, false])
    assert.deepEqual(set!.notes, ['gpt-3.5-turbo refuses stream_options, so it is not sent'])
  })

  it('passes a model that uses up the few tokens on reasoning', async () => {
    await using model = await startModelServer(streamed([''], { finishReason: 'length' }))
    const [only] = await check({ baseUrl: model.url })
    assert.equal(only!.problem, undefined)
    assert.deepEqual(held(only!), [true, true, true, true])
    assert.equal(only!.findings.firstToken, null)
  })

  it('reports the error of an embedder’s client, without the key', async () => {
    const miner = await build(
      openaiMiner(async () => {
        throw new Error('the vault has no sk-SECRET')
      }),
      { apiKey: 'sk-SECRET' },
    )
    const [only] = await miner.check!(new AbortController().signal)
    assert.equal(only!.problem?.message, 'the vault has no ***')
  })

  it('reports what a question shows while others still wait', async () => {
    await using fine = await startModelServer(answered(401, { error: { message: 'no', code: 'invalid_api_key' } }))
    await using slow = await startModelServer(stalled())
    const endpoints = [
      { name: 'slow', baseUrl: slow.url },
      { name: 'fine', baseUrl: fine.url },
    ]
    const stop = new AbortController()
    const first = Promise.withResolvers<Check>()
    const checking = (await openai({ endpoints })).check!(stop.signal, { onCheck: first.resolve })
    assert.equal((await first.promise).name, 'fine')
    stop.abort()
    await assert.rejects(checking, { name: 'AbortError' })
  })

  it('asks eight at a time at most', async () => {
    await using model = await startModelServer(stalled())
    const names = Array.from({ length: 20 }, (_, at) => ({ name: `e${at}`, baseUrl: model.url }))
    const leaving = new AbortController()
    const checks = check({ endpoints: names }, leaving.signal)
    await model.arrived(7)
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(model.open, 8)
    leaving.abort(new Error('enough'))
    await assert.rejects(checks, /enough/)
    await Promise.all(model.requests.map(({ over }) => over))
    assert.equal(model.requests.length, 8)
  })
})
