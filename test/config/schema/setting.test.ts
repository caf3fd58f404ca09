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
    for (const path of ['config.dir', 'npm.registry', 'service.host', 'port.x', 'ac.x', '.debug'])
      assert.throws(() => settingOf(path, z.string()), { ...wrong, message: /is read by another program/ }, path)
  })

  it('makes the compiler check the fields of `.meta()`', () => {
    // @ts-expect-error -- there is no such unit
    z.number().meta({ unit: 'parsec' })
    z.number().meta({ unit: 'size' })
  })
})
