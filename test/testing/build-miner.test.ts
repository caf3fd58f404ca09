import assert from 'node:assert/strict'
import type { DialectPlugin, MinerPlugin } from '#dist/plugin/sdk.js'
import { buildMiner, definitionOf } from '#dist/testing/index.js'

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
    await assert.rejects(buildMiner(shout, { model: 5 }), {
      name: 'TypeError',
      message: 'shout.model must be text, not 5',
    })
    const strict: MinerPlugin = async sdk => ({
      ...(await shout(sdk)),
      settings: sdk.z.object({
        index: sdk.z.url(),
        idle: sdk.z.number().max(2_000).meta({ unit: 'duration' }).default(1),
      }),
      rules: () => [{ setting: 'index', message: 'must be near', hint: 'move it' }],
    })
    const cases: [object, string][] = [
      [{}, 'strict.index is missing'],
      [
        { indx: 1, index: 'http://x', idle: 5_000 },
        'strict.indx is not a setting (try: use strict.index)\nstrict.idle must be at most 2s, not 5s',
      ],
      [{ index: 'http://x' }, 'strict.index must be near (try: move it)'],
    ]
    for (const [config, message] of cases)
      await assert.rejects(
        buildMiner(async sdk => ({ ...(await strict(sdk)), name: 'strict' }), config),
        { name: 'TypeError', message },
      )
  })

  it('refuses what is neither a plugin nor a miner', async () => {
    const message = 'miner must be a plugin, or a miner, which has a function prompt'
    for (const miner of [undefined, null, {}]) await assert.rejects(buildMiner(miner as never), { message })
    const hint = `${message}: pass the default export of the module, (await import('…')).default`
    await assert.rejects(buildMiner({ default: shout } as never), { name: 'TypeError', message: hint })
  })

  it('records what the plugin logs', async () => {
    const logs: MinerPlugin = async sdk => ({
      ...(await shout(sdk)),
      create: ({ log }) => {
        log.info({ event: 'created' })
        return {
          ready: async () => log.warn({ event: 'slow' }, 'takes long'),
          async *prompt() {
            yield 'HI'
            return { model: 'm', finishReason: 'stop' }
          },
        }
      },
    })
    await using built = await buildMiner(logs)
    assert.deepEqual(built.records, [
      { level: 'info', fields: { event: 'created' } },
      { level: 'warn', fields: { event: 'slow' }, message: 'takes long' },
    ])
  })

  it('checks what the miner returns as the host does', async () => {
    const lying: MinerPlugin = async sdk => ({
      ...(await shout(sdk)),
      create: async () => ({
        async *prompt() {
          yield 'HI'
          return { model: 'm', finishReason: 'stop' }
        },
        check: async () => [{ name: 1 }] as never,
        models: async () => 'm' as never,
        capabilities: () => ({ tools: 'yes' }) as never,
        health: () => [{}] as never,
      }),
    })
    await using built = await buildMiner(lying)
    const { signal } = new AbortController()
    await assert.rejects(built.miner.check!(signal), { code: 'MINER_MISBEHAVES' })
    await assert.rejects(built.miner.models!(signal), { code: 'MINER_MISBEHAVES' })
    assert.throws(() => built.miner.capabilities!(), { code: 'PLUGIN_BROKEN' })
    assert.throws(() => built.miner.health!(), { code: 'PLUGIN_BROKEN' })
  })

  it('has only the methods that the miner has, and throws its errors as they are', async () => {
    const error = new Error('not yet')
    const plugin: MinerPlugin = async sdk => ({
      ...(await shout(sdk)),
      create: async () => ({
        async *prompt() {
          yield 'HI'
          return { model: 'm', finishReason: 'stop' }
        },
        close: async () => {
          throw error
        },
      }),
    })
    const built = await buildMiner(plugin)
    assert.deepEqual(Object.keys(built.miner).sort(), ['capabilities', 'close', 'prompt'])
    await assert.rejects(async () => built[Symbol.asyncDispose](), error)
  })
})

describe('definitionOf of the testing kit', () => {
  it('runs a plugin by hand, with the types of its settings', async () => {
    const ruled = (sdk => {
      const { z } = sdk
      return {
        name: 'ruled',
        summary: 'has rules',
        settings: z.object({ times: z.int().default(1), mark: z.string().default('!') }),
        rules: ({ times = 0 }: { times?: number | undefined }, section: string) =>
          times > 3 ? [{ setting: 'times' as const, message: `is too much for ${section}` }] : [],
        models: ({ mark }: { mark: string }) => [`m${mark}`],
        create: () => ({ prompt: null as never }),
      }
    }) satisfies MinerPlugin
    const { settings, rules, models } = await definitionOf(ruled)
    assert.deepEqual(rules({ times: 4 }, 'ruled'), [{ setting: 'times', message: 'is too much for ruled' }])
    assert.deepEqual(rules({}, 'ruled'), [])
    const config = settings.parse({})
    const times: number = config.times
    assert.equal(times, 1)
    assert.deepEqual(models(config), ['m!'])
    const extended: MinerPlugin = async ({ openai, extendMiner }) =>
      extendMiner(await openai(), { name: 'more', summary: 'is more' })
    const definition = await definitionOf(extended)
    assert.deepEqual(
      definition.rules?.({ suffix: 'x', api: 'chat' }, 'more').map(({ setting }) => setting),
      ['suffix'],
    )
  })

  it('refuses what the host would refuse, and throws what the plugin throws', async () => {
    const named =
      (name: string): MinerPlugin =>
      async sdk => ({ ...(await shout(sdk)), name })
    for (const [name, message] of [
      ['axon', /^the miner axon has a name that is taken by the host$/],
      ['Shout', /has a name that is not made of lower-case letters, digits and single dashes$/],
    ] as const)
      await assert.rejects(definitionOf(named(name)), { name: 'TypeError', message })
    const coded: DialectPlugin = ({ defineDialect, defineRoute, z }) =>
      defineDialect({
        name: 'coded',
        summary: 'refuses by a code of its own',
        follows: 'x/y@1234567',
        synapses: {
          Asked: defineRoute({
            body: z.object({}),
            hashed: [],
            example: {},
            refusals: { BORED: { status: 400, text: 'no' } } as never,
            answer: async () => ({}),
          }),
        },
      })
    await assert.rejects(definitionOf(coded), /^TypeError: .*unknown code in the refusals of Asked: BORED/)
    const error = new RangeError('boom')
    await assert.rejects(
      definitionOf(() => {
        throw error
      }),
      error,
    )
    await assert.rejects(definitionOf((() => undefined) as never), { name: 'TypeError' })
  })
})
