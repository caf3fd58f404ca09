import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import type { Attempt, Message, MinerPlugin, Question } from '#dist/index.js'
import { readAnswer } from '#dist/plugin/run/read-answer.js'
import { ask as askAxon, askMiner, startAxon } from '#dist/testing/index.js'
import { answered, said, stalled, startModelServer } from '../../support/model-server.ts'
import { sdk } from '../../support/sdk.ts'
import { ask, asked, build, hello, refusal } from '../ask.ts'

const passages = async (index: string, { messages }: Question): Promise<Message> => ({
  role: 'system',
  content: `${index} on ${messages.at(-1)!.content}`,
})

const retriever = (async ({ openai, extendMiner, wrapMiner, z }) => {
  const base = await openai()
  return extendMiner(base, {
    name: 'retriever',
    summary: 'looks passages up first',
    settings: {
      temperature: base.settings.shape.temperature.removeDefault().default(0),
      index: z.url().describe('where passages are looked up'),
    },
    create: async context =>
      wrapMiner(await base.create(context), {
        question: async q => ({ ...q, messages: [await passages(context.config.index, q), ...q.messages] }),
      }),
  })
}) satisfies MinerPlugin

const shouting: MinerPlugin = async tools => {
  const base = await tools.openai()
  return tools.extendMiner(base, {
    name: 'shouting',
    summary: 'shouts',
    create: async context =>
      tools.wrapMiner(await base.create(context), {
        async *answer(pieces) {
          for await (const { text = '' } of pieces) yield text.toUpperCase()
        },
      }),
  })
}

const index = 'https://index.example/'
const found = { role: 'system', content: `${index} on Say hello` }

describe('an extension of the openai miner', () => {
  it('asks the model what it made of the question, with its own defaults', async () => {
    await using model = await startModelServer(said('Hello'))
    const miner = await build(retriever, { index, baseUrl: model.url, model: 'llama' })
    assert.equal((await ask(miner)).text, 'Hello')
    const { messages, temperature, max_tokens, ...others } = model.requests[0]!.body
    assert.deepEqual(messages, [found, ...hello])
    assert.deepEqual([temperature, max_tokens], [0, 100])
    assert.doesNotMatch(JSON.stringify(others), /index/)
  })

  it('relays what the model made of it', async () => {
    await using model = await startModelServer(said('Hello'))
    const miner = await build(retriever, { index, baseUrl: model.url })
    const { body, outcome } = await miner.relay!({ messages: hello }, asked())
    assert.match((await buffer(body)).toString(), /"content":"Hello"/)
    assert.equal((await outcome).finishReason, 'stop')
    assert.deepEqual(model.requests[0]!.body.messages, [found, ...hello])
  })

  it('keeps endpoints, failover, keys, attempts and usage', async () => {
    await using broken = await startModelServer(answered(500))
    await using model = await startModelServer(said('Hello'))
    const endpoints = [
      { name: 'first', baseUrl: broken.url },
      { name: 'second', baseUrl: model.url, apiKey: 'sk-2' },
    ]
    const miner = await build(retriever, { index, endpoints })
    const { outcome } = await ask(miner)
    assert.deepEqual(
      outcome.attempts?.map(({ endpoint, error }) => [endpoint, error]),
      [
        ['first', 'MODEL_FAILED'],
        ['second', undefined],
      ],
    )
    assert.equal(model.requests[0]!.headers.authorization, 'Bearer sk-2')
    assert.deepEqual(
      miner.health!().map(({ endpoint, failures }) => [endpoint, failures]),
      [
        ['first', 1],
        ['second', 0],
      ],
    )
    const checks = await miner.check!(new AbortController().signal)
    assert.deepEqual(
      checks.map(({ name, problem }) => [name, problem?.code]),
      [
        ['first', 'MODEL_FAILED'],
        ['second', undefined],
      ],
    )
  })

  it('names its own table in hints', async () => {
    const refused = answered(401, { error: { message: 'no', code: 'invalid_api_key' } })
    await using model = await startModelServer(refused)
    const hintFor = async (settings: object) =>
      (await refusal(ask(await build(retriever, { index, ...settings })))).hint!
    assert.match(
      await hintFor({ baseUrl: model.url, apiKey: 'k' }),
      /^check --api-key, MINER_RETRIEVER_API_KEY or retriever\.apiKey, /,
    )
    assert.match(await hintFor({}), /^set MINER_RETRIEVER_API_KEY, choose another endpoint with --base-url, or /)
    const [own, inherited] = [{ baseUrl: model.url, apiKeys: ['k'] }, {}]
    assert.match(await hintFor({ endpoints: [own] }), /^check retriever\.endpoints\[0\]\.apiKeys, /)
    assert.match(await hintFor({ endpoints: [inherited] }), /^set retriever\.endpoints\[0\]\.apiKeys, or give /)
    model.behaviour = answered(404, { error: { message: 'no', code: 'model_not_found' } })
    assert.match(await hintFor({ endpoints: [own] }), /^set retriever\.endpoints\[0\]\.model to /)
    assert.match(await hintFor({ baseUrl: model.url }), /^set --model to /)
  })

  it('names its own table in broken rules', async () => {
    const { rules } = await retriever(sdk)
    const hints = (config: object) => rules?.(config, 'retriever').map(({ hint }) => hint)
    assert.deepEqual(hints({ api: 'chat', hedge: 800 }), [
      'add a second endpoint or key to retriever.endpoints, or remove hedge',
    ])
    assert.deepEqual(hints({ api: 'chat', endpoints: [{ extra: { max_tokens: 5 } }] }), [
      'set retriever.endpoints[0].maxTokens',
    ])
  })

  it('runs in the testing kit, which awaits the plugin', async () => {
    await using model = await startModelServer(said('Hello'))
    const config = { index, baseUrl: model.url }
    await using axon = await startAxon({ miner: retriever, config })
    const reply = await askAxon(axon, 'Prompting', { roles: ['user'], messages: ['Say hello'] })
    assert.deepEqual([reply.status, reply.fields.completion], [200, 'Hello'])
    assert.equal((await askMiner(retriever, 'Say hello', { config })).text, 'Hello')
    assert.deepEqual(
      model.requests.map(({ body }) => body.messages),
      [
        [found, ...hello],
        [found, ...hello],
      ],
    )
    await assert.rejects(
      askMiner(retriever, 'hi', { config: { index: 'nowhere' } }),
      /^TypeError: retriever\.index must be a URL$/,
    )
    const broken = { config: { index, hedge: 800 } }
    await assert.rejects(askMiner(retriever, 'hi', broken), /^TypeError: retriever\.hedge needs a second/)
  })

  it('is extended again, by a plugin that depends on it', async () => {
    const polite: MinerPlugin = async tools => {
      const base = await retriever(tools)
      return tools.extendMiner(base, {
        name: 'polite',
        summary: 'thanks for the passages',
        settings: { thanks: tools.z.string().default('Thanks!') },
        create: async context =>
          tools.wrapMiner(await base.create(context), {
            async *answer(pieces) {
              yield `${context.config.thanks} `
              return yield* pieces
            },
          }),
      })
    }
    await using model = await startModelServer(said('Hello'))
    const endpoints = [{ baseUrl: model.url, apiKey: 'k' }]
    const miner = await build(polite, { index, endpoints })
    assert.equal((await ask(miner)).text, 'Thanks! Hello')
    assert.deepEqual(model.requests[0]!.body.messages, [found, ...hello])
    assert.equal(model.requests[0]!.body.temperature, 0)
    assert.equal(miner.relay, undefined)
    model.behaviour = answered(401)
    assert.match((await refusal(ask(miner))).hint!, /^check polite\.endpoints\[0\]\.apiKey, /)
  })

  it('reports the attempt that its caller ends in the middle of an answer', async () => {
    await using model = await startModelServer(stalled(['One. ', 'Two']))
    const miner = await build(shouting, { baseUrl: model.url, model: 'llama', idleTimeout: null })
    const caller = new AbortController()
    const { signal } = caller
    const { promise: reported, resolve: onAttempt } = Promise.withResolvers<Attempt>()
    const pieces = readAnswer(miner.prompt({ messages: hello }, asked({ signal, onAttempt })), signal)
    assert.deepEqual(await pieces.next(), { done: false, value: { text: 'ONE. ' } })
    assert.deepEqual(await pieces.next(), { done: false, value: { text: 'TWO' } })
    const next = pieces.next()
    caller.abort(new Error('left'))
    await assert.rejects(next, /^Error: left$/)
    const { endpoint, model: name } = await reported
    assert.deepEqual([endpoint, name], [new URL(model.url).host, 'llama'])
    assert.deepEqual(await model.requests[0]!.over, { left: true })
  })

  it('takes a question’s abort to the model', async () => {
    const { promise: hanging, resolve: release } = Promise.withResolvers<void>()
    await using model = await startModelServer(() => hanging)
    const miner = await build(shouting, { baseUrl: model.url })
    const caller = new AbortController()
    const answer = ask(miner, { signal: caller.signal })
    const { over } = await model.arrived(0)
    caller.abort(new Error('left'))
    await assert.rejects(answer, /^Error: left$/)
    assert.deepEqual(await over, { left: true })
    release()
  })
})
