import assert from 'node:assert/strict'
import { z } from 'zod'
import { checkSettings, minerSection } from '#dist/app/settings.js'
import { flagsOf } from '#dist/config/describe/flags.js'
import { catalogOf } from '#dist/config/schema/catalog.js'
import type { Miner, MinerContext, MinerDefinition } from '#dist/index.js'
import { sdk } from '../../support/sdk.ts'

const { defineMiner, extendMiner } = sdk

const shoutSettings = z.object({
  mark: z.string().default('!').describe('printed after each answer'),
  level: z
    .enum(['info', 'debug'])
    .describe('how much it logs')
    .meta({
      spellings: [
        { flag: 'shout-loud', env: 'MINER_SHOUT_LOUD', key: 'shout.loud', value: 'debug' },
        { flag: 'chatty', env: 'CHATTY', value: 'debug' },
      ],
    })
    .default('info'),
  apiKey: z
    .string()
    .meta({ secret: true, env: ['OTHER_API_KEY'] })
    .optional(),
})

const shout: MinerDefinition<typeof shoutSettings> = {
  name: 'shout',
  summary: 'answers in capital letters',
  settings: shoutSettings,
  rules: ({ mark }, section) => (mark === '?' ? [{ setting: 'mark', message: `must not ask in ${section}` }] : []),
  models: ({ mark }) => [`shout${mark}`],
  create: ({ config: { mark }, section }) => ({
    async *prompt({ messages }) {
      yield `${section}: ${messages.at(-1)!.content.toUpperCase()}${mark}`
      return { model: 'shout', finishReason: 'stop' }
    },
  }),
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function said(definition: MinerDefinition, config: object): Promise<string> {
  const signal = new AbortController().signal
  const context = { config, section: definition.name, log: silent, signal, fetch }
  const miner = await definition.create(context as MinerContext<Record<string, unknown>>)
  const { value } = await miner.prompt({ messages: [{ role: 'user', content: 'hi' }] }, {} as never).next()
  return String(value)
}

describe('extendMiner', () => {
  it('adds settings, and keeps those of the base with their defaults', () => {
    const loud = extendMiner(shout, {
      name: 'loud',
      summary: 'louder',
      settings: { times: z.int().default(2).describe('how often') },
    })
    assert.deepEqual(loud.settings.parse({}), { mark: '!', level: 'info', times: 2 })
    assert.deepEqual(Object.keys(loud.settings.shape), ['mark', 'level', 'apiKey', 'times'])
    assert.equal(loud.summary, 'louder')
  })

  it('changes a default, or takes it away', () => {
    const { mark } = shout.settings.shape
    const changed = extendMiner(shout, {
      name: 'loud',
      summary: 'louder',
      settings: { mark: mark.removeDefault().default('!!!') },
    })
    assert.equal(changed.settings.parse({}).mark, '!!!')
    const required = extendMiner(shout, { name: 'loud', summary: 'louder', settings: { mark: mark.removeDefault() } })
    assert.equal(required.settings.safeParse({}).success, false)
    assert.equal(shout.settings.parse({}).mark, '!', 'the base is as it was')
  })

  it('gives the settings of the base the table, the variables and the flags of the extension', () => {
    const loud = extendMiner(shout, { name: 'loud', summary: 'louder' })
    const section = minerSection(loud)
    const { keys, tables, variables } = catalogOf([section], [])
    assert.deepEqual([...keys.keys()], ['loud.mark', 'loud.level', 'loud.loud', 'loud.apiKey', 'loud.api_key'])
    assert.deepEqual([...tables], ['loud'])
    assert.deepEqual([...variables], ['MINER_LOUD_MARK', 'MINER_LOUD_LEVEL', 'MINER_LOUD_LOUD', 'MINER_LOUD_API_KEY'])
    const flags = flagsOf([section], new Set(['mark'])).map(({ name }) => name)
    assert.deepEqual(flags, ['loud-mark', 'level', 'loud-loud', 'chatty', 'api-key'])
  })

  it('moves the spellings of a setting whose default it changes', () => {
    const level = shout.settings.shape.level.removeDefault().default('debug')
    const loud = extendMiner(shout, { name: 'loud', summary: 'louder', settings: { level } })
    assert.deepEqual([...catalogOf([minerSection(loud)], []).tables], ['loud'])
    assert.equal(loud.settings.parse({}).level, 'debug')
  })

  it('keeps a secret secret, and the variables of other programs', () => {
    const loud = extendMiner(shout, { name: 'loud', summary: 'louder' })
    const [setting] = catalogOf([minerSection(loud)], []).settings.filter(({ key }) => key === 'apiKey')
    assert.deepEqual(setting?.variables, ['MINER_LOUD_API_KEY', 'OTHER_API_KEY'])
    assert.equal(setting?.shape.kind === 'text' && setting.shape.secret, true)
  })

  it('checks the rules of the base first, and then its own, under its own name', () => {
    const loud = extendMiner(shout, {
      name: 'loud',
      summary: 'louder',
      settings: { times: z.int().default(2) },
      rules: ({ times = 0 }, section) =>
        times > 3 ? [{ setting: 'times', beside: ['mark'], message: `must be less in ${section}` }] : [],
    })
    assert.deepEqual(minerSection(loud).rules?.({ mark: '?', times: 4 }), [
      { setting: 'mark', message: 'must not ask in loud' },
      { setting: 'times', beside: ['mark'], message: 'must be less in loud' },
    ])
  })

  it('lists the models of the base, or its own', () => {
    const about = { name: 'loud', summary: 'louder' }
    const config = { mark: '!', level: 'info' } as const
    assert.deepEqual(extendMiner(shout, about).models?.(config), ['shout!'])
    assert.deepEqual(extendMiner(shout, { ...about, models: ({ mark }) => [mark] }).models?.(config), ['!'])
    const { models: _models, ...without } = shout
    assert.deepEqual(extendMiner(without, about).models?.(config), [])
  })

  it('creates the miner of the base with the section of its own', async () => {
    assert.equal(await said(extendMiner(shout, { name: 'loud', summary: 'louder' }), { mark: '?' }), 'loud: HI?')
  })

  it('extends an extension', async () => {
    const loud = extendMiner(shout, {
      name: 'loud',
      summary: 'louder',
      settings: {
        times: z
          .int()
          .meta({ spellings: [{ key: 'loud.twice', value: '2' }] })
          .default(2),
      },
      rules: ({ times }, section) => (times === 9 ? [{ setting: 'times', message: `too many in ${section}` }] : []),
      create: context => {
        const again = shout.create({
          ...context,
          config: { ...context.config, mark: '!'.repeat(context.config.times) },
        })
        return again
      },
    })
    const loudest = extendMiner(loud, {
      name: 'loudest',
      summary: 'the loudest',
      settings: {
        times: loud.settings.shape.times.removeDefault().default(5),
        level: loud.settings.shape.level.removeDefault().default('debug'),
      },
    })
    checkSettings(loudest)
    const config = loudest.settings.parse({})
    assert.equal(await said(loudest, config), 'loudest: HI!!!!!')
    assert.deepEqual(
      loudest.rules?.({ mark: '?', times: 9 }, 'loudest').map(({ message }) => message),
      ['must not ask in loudest', 'too many in loudest'],
    )
    const { keys, tables } = catalogOf([minerSection(loudest)], [])
    assert.deepEqual([keys.has('loudest.twice'), keys.has('loudest.loud'), ...tables], [true, true, 'loudest'])
  })

  it('refuses settings with the names of others, as for any miner', () => {
    const clash = (settings: Record<string, z.ZodType>) => () =>
      checkSettings(extendMiner(shout, { name: 'loud', summary: 'louder', settings }))
    assert.throws(clash({ chatty: z.boolean().default(false) }), /two settings have the flag --chatty/)
    assert.throws(clash({ loud: z.string().default('') }), /two settings/)
    assert.throws(clash({ api_key: z.string().default('') }), /the key of a setting is in camelCase/)
  })

  it('says how to call it', () => {
    const about = { name: 'loud', summary: 'louder' }
    assert.throws(() => extendMiner(Promise.resolve(shout) as never, about), /extendMiner\(await openai\(\), \{ … \}\)/)
    assert.throws(() => extendMiner(shout, { ...about, settings: z.object({}) as never }), /without z\.object/)
    const misspelt = { ...about, setings: {} }
    assert.throws(() => extendMiner(shout, misspelt), /^TypeError: extendMiner has no key "setings"; use settings$/)
  })

  it('refuses to print a secret of the base', () => {
    const about = { name: 'loud', summary: 'louder' }
    const { apiKey } = shout.settings.shape
    assert.throws(
      () => extendMiner(shout, { ...about, settings: { apiKey: z.string() } }),
      /the setting apiKey of loud replaces a secret, and is none: add \.meta\(\{ secret: true \}\)/,
    )
    const required = extendMiner(shout, { ...about, settings: { apiKey: apiKey.unwrap() } })
    assert.equal(required.settings.safeParse({}).success, false)
  })

  it('refuses to print a secret in a list or a table of the base', async () => {
    const base = await sdk.openai()
    const more = (settings: z.ZodRawShape) => () => extendMiner(base, { name: 'more', summary: 'is more', settings })
    const text = z.string()
    assert.throws(
      more({ endpoints: z.array(z.object({ baseUrl: z.url(), apiKey: text })).optional() }),
      /^TypeError: the setting endpoints\.apiKey of more replaces a secret, and is none/,
    )
    assert.throws(more({ endpoints: z.array(z.object({ apiKeys: z.array(text) })) }), /endpoints\.apiKeys of more/)
    more({ endpoints: z.array(z.object({ baseUrl: z.url() })) })()
    more({ endpoints: z.array(z.object({ apiKeys: z.array(text.meta({ secret: true })) })) })()
  })

  it('leaves a setting out where its base is extended without it', async () => {
    const base = await sdk.openai()
    const fixed = extendMiner(
      {
        ...base,
        settings: base.settings.omit({ baseUrl: true }),
        create: context => base.create({ ...context, config: { ...context.config, baseUrl: 'http://127.0.0.1:1/v1' } }),
      },
      { name: 'fixed', summary: 'asks one endpoint' },
    )
    checkSettings(fixed)
    const { keys, variables } = catalogOf([minerSection(fixed)], [])
    assert.deepEqual([keys.has('fixed.baseUrl'), keys.has('fixed.apiKey')], [false, true])
    assert.equal([...variables].includes('MINER_FIXED_BASE_URL'), false)
    const config = fixed.settings.parse({})
    assert.equal('baseUrl' in config, false)
    assert.deepEqual(fixed.rules?.(config, 'fixed'), [])
    const signal = new AbortController().signal
    const miner = await fixed.create({ config, section: 'fixed', log: silent, signal, fetch })
    assert.equal(miner.health?.()[0]?.endpoint, '127.0.0.1:1')
  })

  it('is typed: the configuration has the settings of both', () => {
    extendMiner(shout, {
      name: 'loud',
      summary: 'louder',
      settings: { times: z.int().default(2), mark: z.int().default(1) },
      // @ts-expect-error the base knows the mark as a text
      create: async (context): Promise<Miner> => shout.create(context),
      rules: ({ mark, times }) => {
        const numbers: (number | undefined)[] = [mark, times]
        return numbers.length === 2 ? [] : [{ setting: 'times', message: 'never' }]
      },
    })
    const erased: MinerDefinition = defineMiner(extendMiner(shout, { name: 'loud', summary: 'louder' }))
    assert.equal(erased.name, 'loud')
  })
})
