import assert from 'node:assert/strict'
import { type ZodType, z } from 'zod'
import { type Setting, settingsOf } from '#dist/config/schema/setting.js'
import { chain, openai, top } from '../example-sections.ts'

function settingOf(path: string, schema: ZodType): Setting {
  const [name = '', key = ''] = path.split('.')
  const [setting] = settingsOf({ name, settings: z.object({ [key]: schema }) })
  assert.ok(setting)
  return setting
}

const find = (settings: readonly Setting[], path: string) => settings.find(setting => setting.path === path)

describe('settingsOf', () => {
  it('derives every name from the path', () => {
    const { flag, dottedFlags, variables, fileKeys } = find(settingsOf(openai), 'openai.maxTokens') ?? {}
    assert.deepEqual(
      { flag, dottedFlags, variables, fileKeys },
      {
        flag: 'openai-max-tokens',
        dottedFlags: ['openai.maxTokens', 'openai.max_tokens'],
        variables: ['MINER_OPENAI_MAX_TOKENS'],
        fileKeys: ['openai.maxTokens', 'openai.max_tokens'],
      },
    )
  })

  it('has no prefix at the top, and turns dashes of a name into underscores in variables', () => {
    const use = find(settingsOf(top), 'use')
    assert.deepEqual([use?.flag, use?.dottedFlags, use?.variables, use?.fileKeys], ['use', [], ['MINER_USE'], ['use']])
    assert.deepEqual(settingOf('my-shout.markTwo', z.string()).variables, ['MINER_MY_SHOUT_MARK_TWO'])
  })

  it('puts borrowed variables after our own', () => {
    const key = find(settingsOf(openai), 'openai.apiKey')
    assert.deepEqual(key?.variables, ['MINER_OPENAI_API_KEY', 'OPENAI_API_KEY'])
  })

  it('knows default, range, kind, help and whether it is required', () => {
    const temperature = find(settingsOf(openai), 'openai.temperature')
    assert.equal(temperature?.default, 0.4)
    assert.equal(temperature?.help, 'how freely it speaks')
    assert.equal(temperature?.required, false)
    assert.deepEqual(temperature?.shape, {
      kind: 'number',
      nullable: false,
      whole: false,
      choices: [],
      min: { at: 0, open: false },
      max: { at: 2, open: false },
      unit: undefined,
    })
    assert.equal(settingOf('x.key', z.string()).required, true)
    assert.deepEqual(find(settingsOf(chain), 'chain.retry')?.default, { times: 3, pauseTime: 500 })
    assert.equal(
      settingOf(
        'x.made',
        z.string().default(() => 'made'),
      ).default,
      'made',
    )
  })

  it('hides the bounds that every integer has', () => {
    const { shape } = settingOf('x.count', z.int())
    assert.ok(shape.kind === 'number')
    assert.deepEqual([shape.whole, shape.min, shape.max], [true, undefined, undefined])
  })

  it('reads what comes before and after `.nullable()`, `.optional()` and `.default()`', () => {
    for (const schema of [
      z.string().meta({ secret: true }).nullable().default(null),
      z.string().nullable().default(null).meta({ secret: true }),
      z.string().meta({ secret: true }).optional(),
      z.union([z.string().meta({ secret: true }), z.literal('none')]),
      z.union([z.string(), z.literal('none')]).meta({ secret: true }),
    ]) {
      const { shape } = settingOf('x.key', schema)
      assert.ok(shape.kind === 'text' && shape.secret)
    }
    const { shape } = settingOf('x.span', z.number().nullable().meta({ unit: 'duration' }))
    assert.ok(shape.kind === 'number' && shape.unit === 'duration' && shape.nullable)
  })

  it('treats a union of texts as text', () => {
    const { shape } = settingOf('x.tag', z.union([z.enum(['a', 'b']), z.url()]))
    assert.ok(shape.kind === 'text')
    assert.deepEqual([shape.choices, shape.url], [['a', 'b'], true])
  })

  const refused: Readonly<Record<string, ZodType>> = {
    'a date': z.date().optional(),
    'a bigint': z.bigint(),
    'a set': z.set(z.string()),
    anything: z.any(),
    'a function': z.custom<() => void>(),
    'a tuple': z.tuple([z.string()]),
    'a transform': z.string().transform(Number),
    'a transform in a list': z.array(z.string().transform(Number)).default([]),
    'a preprocessing': z.preprocess(String, z.string()),
    'a hidden mistake': z.string().catch('x'),
    'a choice of tables': z.discriminatedUnion('t', [z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
    'a choice without text': z.union([z.number(), z.boolean()]),
    'a choice of text and a number': z.union([z.string(), z.number()]),
    'a choice with a list': z.union([z.string(), z.array(z.string())]),
    'an intersection': z.intersection(z.string(), z.string()),
    'a secret number': z.number().meta({ secret: true }),
    'a secret table': z.object({ a: z.string() }).meta({ secret: true }),
    'a unit on text': z.string().meta({ unit: 'size' }),
  }
  for (const [what, schema] of Object.entries(refused)) {
    it(`tells the author that ${what} cannot be a setting`, () => {
      assert.throws(() => settingOf('x.when', schema), {
        code: 'CONFIG_SCHEMA',
        message: /^x\.when(\[\])?: .* cannot be a setting/,
      })
    })
  }

  it('tells the author that a check of the whole object belongs in the rules', () => {
    const both = z.object({ from: z.int().default(5), to: z.int().default(9) })
    const wrong = { code: 'CONFIG_SCHEMA', message: /^x: .* belongs in the rules/ }
    assert.throws(() => settingsOf({ name: 'x', settings: both.refine(({ from, to }) => from < to) }), wrong)
    assert.throws(() => settingsOf({ name: 'x', settings: both.superRefine(() => {}) }), wrong)
  })

  it('tells the author of invalid names', () => {
    const wrong = { code: 'CONFIG_SCHEMA' }
    for (const name of ['Openai', 'open.ai', '1st', '__proto__', 'a_b'])
      assert.throws(() => settingsOf({ name, settings: z.object({ key: z.string() }) }), wrong, name)
    for (const path of ['x.max_tokens', 'x.Max', 'x.max-tokens'])
      assert.throws(() => settingOf(path, z.string()), wrong)
    for (const path of ['config.dir', 'npm.registry', 'service.host', 'port.x', '.debug'])
      assert.throws(() => settingOf(path, z.string()), { ...wrong, message: /is read by another program/ }, path)
  })

  const misspelt: Readonly<Record<string, { schema: ZodType; says: string }>> = {
    'a misspelt key': {
      schema: z.string().meta({ secert: true }),
      says: 'x.when: .meta() has no key "secert"; use secret',
    },
    'a key that nothing is like': {
      schema: z.string().meta({ zebra: 1 }).optional(),
      says:
        'x.when: .meta() has no key "zebra"; ' +
        'use one of id, title, description, deprecated, examples, flag, short, env, secret, unit, spellings',
    },
    "a misspelt key of zod's own": {
      schema: z
        .string()
        .default('a')
        .meta({ exampels: ['a'] }),
      says: 'x.when: .meta() has no key "exampels"; use examples',
    },
    'a misspelt key in a list of tables': {
      schema: z.array(z.object({ apiKey: z.string().meta({ Secret: true }).optional() })).default([]),
      says: 'x.when[].apiKey: .meta() has no key "Secret"; use secret',
    },
    'a misspelt key in a dictionary': {
      schema: z.record(z.string(), z.string().meta({ secrets: true })),
      says: 'x.when.*: .meta() has no key "secrets"; use secret',
    },
    'a misspelt key in a union': {
      schema: z.union([z.string().meta({ secrte: true }), z.literal('none')]),
      says: 'x.when: .meta() has no key "secrte"; use secret',
    },
    'a misspelt key of an alias': {
      schema: z.string().meta({ spellings: [{ falg: 'y', value: 'a' } as never] }),
      says: 'x.when: .meta().spellings[0] has no key "falg"; use flag',
    },
    'one variable without a list': {
      schema: z.string().meta({ env: 'OTHER_KEY' as never }),
      says: 'x.when: .meta().env must be a list of names',
    },
    'a secret that is text': {
      schema: z.string().meta({ secret: 'yes' as never }),
      says: 'x.when: .meta().secret must be true or false',
    },
    'a letter that is a word': {
      schema: z.string().meta({ short: 'mm' }),
      says: 'x.when: .meta().short must be one letter',
    },
    'a letter that is a digit': {
      schema: z.string().meta({ short: '1' }),
      says: 'x.when: .meta().short must be one letter',
    },
    'an unknown unit': {
      schema: z.number().meta({ unit: 'parsec' as never }),
      says: 'x.when: .meta().unit must be "duration" or "size"',
    },
  }
  for (const [what, { schema, says }] of Object.entries(misspelt)) {
    it(`tells the author of ${what} in .meta()`, () => {
      assert.throws(() => settingOf('x.when', schema), { code: 'CONFIG_SCHEMA', message: says })
    })
  }

  it('tells the author of an unknown key in .meta() of the whole object', () => {
    const settings = z.object({ key: z.string() }).meta({ tilte: 'x' })
    assert.throws(() => settingsOf({ name: 'x', settings }), {
      code: 'CONFIG_SCHEMA',
      message: 'x: .meta() has no key "tilte"; use title',
    })
  })

  it("takes zod's own keys in .meta(), and the same setting comes of it", () => {
    const own = { id: 'when', title: 'When', deprecated: true, examples: ['a'] }
    const bare = settingOf('x.when', z.string().min(1).optional().describe('when it is').meta({ secret: true }))
    const { schema: _bare, ...expected } = bare
    const inner = z
      .string()
      .min(1)
      .meta({ ...own, secret: true })
    const { schema: _schema, ...setting } = settingOf('x.when', inner.optional().describe('when it is'))
    assert.deepEqual(setting, expected)
    const list = z.array(z.object({ key: z.string().meta({ ...own, id: 'key', secret: true }) })).meta({ id: 'list' })
    const { shape } = settingOf('x.when', list)
    assert.ok(shape.kind === 'list' && shape.item.kind === 'table')
    const field = shape.item.fields.get('key')
    assert.ok(field?.kind === 'text' && field.secret)
  })

  it("gives a miner's setting the flag of its key, whatever .meta() says", () => {
    const settings = z.object({ key: z.string().meta({ flag: 'other' }) })
    const shortFlags = (['host', 'miner'] as const).map(
      of => settingsOf({ name: 'x', title: 'x', of, settings })[0]?.shortFlag,
    )
    assert.deepEqual(shortFlags, ['other', undefined])
  })

  it('makes the compiler check the fields of `.meta()`', () => {
    // @ts-expect-error -- there is no such unit
    z.number().meta({ unit: 'parsec' })
    z.number().meta({ unit: 'size' })
  })
})
