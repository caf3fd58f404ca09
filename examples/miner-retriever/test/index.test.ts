import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import {
  answered,
  ask,
  askMiner,
  buildMiner,
  definitionOf,
  said,
  startAxon,
  startModelServer,
} from 'bittensor-miner/testing'
import plugin from '../src/index.ts'

/** Starts an index that handles requests so. */
async function startIndex(handle: RequestListener) {
  const server = createServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/search?lang=en`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const found = ['TAO is a coin.', 'Miners earn it.', 'It has 18 decimals.', 'There are subnets.']

test('asks the model with the passages that it looked up', async () => {
  const queries: (string | undefined)[] = []
  await using index = await startIndex(({ url }, response) => {
    queries.push(url)
    response.end(JSON.stringify(found))
  })
  await using model = await startModelServer(said('A coin'))
  await using axon = await startAxon({ miner: plugin, config: { index: index.url, most: 2, baseUrl: model.url } })
  const { status, fields } = await ask(axon, 'Prompting', { roles: ['user'], messages: ['What is TAO?'] })
  assert.deepEqual(axon.errors, [])
  assert.deepEqual([status, fields.completion], [200, 'A coin'])
  assert.deepEqual(queries, ['/search?lang=en&q=What+is+TAO%3F'])
  const { messages, temperature } = model.requests[0]!.body
  assert.equal(temperature, 0)
  assert.deepEqual(messages, [
    { role: 'system', content: 'Use these passages where they help:\n- TAO is a coin.\n- Miners earn it.' },
    { role: 'user', content: 'What is TAO?' },
  ])
})

test('keeps the system message of the conversation, or that of the settings', async () => {
  await using index = await startIndex((_, response) => response.end('["TAO is a coin."]'))
  await using model = await startModelServer(said('A coin'))
  const config = { index: index.url, baseUrl: model.url, systemPrompt: 'Be kind.' }
  const hi = { role: 'user', content: 'hi' } as const
  await askMiner(plugin, [hi], { config })
  await askMiner(plugin, [{ role: 'system', content: 'Be brief.' }, hi], { config })
  const passages = '\n\nUse these passages where they help:\n- TAO is a coin.'
  assert.deepEqual(
    model.requests.map(({ body }) => body.messages),
    ['Be kind.', 'Be brief.'].map(own => [{ role: 'system', content: own + passages }, hi]),
  )
})

test('asks without passages where there are none', async () => {
  await using index = await startIndex((_, response) => response.end('[]'))
  await using model = await startModelServer(said('A coin'))
  await askMiner(plugin, 'What is TAO?', { config: { index: index.url, baseUrl: model.url } })
  assert.deepEqual(model.requests[0]!.body.messages, [{ role: 'user', content: 'What is TAO?' }])
})

for (const [title, handle] of [
  ['fails', (_, response) => response.writeHead(500).end()],
  ['answers with something else', (_, response) => response.end('<html>')],
] satisfies [string, RequestListener][])
  test(`has no answer, and asks no model, when the index ${title}`, async () => {
    await using index = await startIndex(handle)
    await using model = await startModelServer()
    const config = { index: index.url, baseUrl: model.url }
    await assert.rejects(askMiner(plugin, 'What is TAO?', { config }), {
      code: 'INDEX_UNUSABLE',
      hint: 'check retriever.index',
    })
    assert.equal(model.requests.length, 0)
  })

test('has no answer when the index is down', async () => {
  const index = await startIndex(() => {})
  await index[Symbol.asyncDispose]()
  await assert.rejects(askMiner(plugin, 'hi', { config: { index: index.url, apiKey: 'k' } }), { code: 'FETCH_FAILED' })
})

test('does not wait for an index longer than for the answer', async () => {
  await using index = await startIndex(() => {})
  const how = { config: { index: index.url, apiKey: 'k' }, timeoutMs: 200 }
  await assert.rejects(askMiner(plugin, 'hi', how), { name: 'TimeoutError' })
})

test('has the models, the check and the capabilities of the openai miner', async () => {
  await using server = await startModelServer((response, request) => {
    const reply = request.path.endsWith('/models') ? answered(200, { data: [{ id: 'small' }] }) : said('A coin')
    return reply(response, request)
  })
  const config = { index: 'http://127.0.0.1:1/', baseUrl: server.url, model: 'small' }
  await using built = await buildMiner(plugin, config)
  const { check, models, capabilities, health } = built.miner
  const { signal } = new AbortController()
  assert.deepEqual((await models!(signal))[0]?.models, [{ id: 'small', configured: true }])
  assert.equal((await check!(signal))[0]?.problem, undefined)
  assert.deepEqual(capabilities!(), { tools: true, logprobs: true, responseFormat: true, models: ['small'] })
  assert.deepEqual(health!()[0]?.breaker, 'closed')
})

test('checks its settings by the rules of the openai miner', async () => {
  const { rules, models } = await definitionOf(plugin)
  const broken = rules!({ suffix: 'x', api: 'chat' }, 'retriever')
  assert.deepEqual(
    broken.map(({ setting }) => setting),
    ['suffix'],
  )
  assert.deepEqual(models!({ model: 'small' }), ['small'])
})

test('tells its caller when to come again', async () => {
  await using index = await startIndex((_, response) => response.end('[]'))
  await using model = await startModelServer(
    answered(429, { error: { message: 'slow down' } }, { 'retry-after': '30' }),
  )
  await using axon = await startAxon({ miner: plugin, config: { index: index.url, baseUrl: model.url } })
  const { status, headers } = await ask(axon, 'Prompting')
  assert.deepEqual([status, headers.get('retry-after')], [429, '30'])
})
