import assert from 'node:assert/strict'
import type { MinerPlugin } from '#dist/plugin/sdk.js'
import { buildMiner } from '#dist/testing/index.js'

const shout: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'shout',
    summary: 'answers in capital letters',
    settings: z.object({ model: z.string().default('loud') }),
    create: ({ config, signal }) => ({
      async *prompt() {
        yield 'HI'
        return { model: config.model, finishReason: 'stop' }
      },
      check: async (_, { quick = false } = {}) => [{ name: 'here', findings: { quick } }],
      models: async () => [{ name: 'here', models: [{ id: config.model, configured: true }] }],
      capabilities: () => ({ models: [config.model] }),
      close: async () => assert.equal(signal.aborted, true),
    }),
  })

describe('buildMiner of the testing kit', () => {
  it('builds a plugin, for a test of its optional methods', async () => {
    await using built = await buildMiner(shout, { model: 'louder' })
    const { signal } = new AbortController()
    assert.equal(built.name, 'shout')
    assert.deepEqual(await built.miner.check!(signal, { quick: true }), [{ name: 'here', findings: { quick: true } }])
    assert.deepEqual(await built.miner.models!(signal), [
      { name: 'here', models: [{ id: 'louder', configured: true }] },
    ])
    assert.deepEqual(built.miner.capabilities!(), { models: ['louder'] })
  })

  it('refuses invalid settings, with the reason', async () => {
    await assert.rejects(buildMiner(shout, { model: 5 }), /^TypeError: settings of shout: .*expected string/s)
  })
})
