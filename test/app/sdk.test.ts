import assert from 'node:assert/strict'
import { OpenAI } from 'openai'
import { openScope } from '#dist/app/container.js'
import { CLIENT_FOR, MINERS, SDK } from '#dist/app/tokens.js'
import { ask, build } from '../miners/ask.ts'
import { said, startModelServer } from '../support/model-server.ts'

describe('what a scope passes to plugins', () => {
  it('asks with the clients of that scope, in the openai miner and in what extends it', async () => {
    await using model = await startModelServer(said('hello'))
    await using scope = openScope()
    const keys: unknown[] = []
    scope.provide(CLIENT_FOR, async ({ apiKey }) => {
      keys.push(apiKey)
      return new OpenAI({ baseURL: model.url, apiKey: 'its own' })
    })
    const { openai, extendMiner } = scope.resolve(SDK)
    const extension = async () => extendMiner(await openai(), { name: 'more', summary: 'is more' })
    const builtIn = () => scope.resolve(MINERS).get('openai')!.load()
    for (const [plugin, apiKey] of [
      [extension, 'one'],
      [builtIn, 'two'],
    ] as const)
      assert.equal((await ask(await build(plugin, { apiKey }))).text, 'hello')
    assert.deepEqual(keys, ['one', 'two'])
    assert.deepEqual(
      model.requests.map(({ headers }) => headers.authorization),
      ['Bearer its own', 'Bearer its own'],
    )
  })

  it('is one object, which no plugin changes', async () => {
    await using scope = openScope()
    const sdk = scope.resolve(SDK)
    assert.equal(scope.resolve(SDK), sdk)
    assert.ok(Object.isFrozen(sdk))
    assert.notEqual((await sdk.openai()).settings, (await sdk.openai()).settings)
  })
})
