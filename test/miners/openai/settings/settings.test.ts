import assert from 'node:assert/strict'
import { z } from 'zod'
import type { OpenAISettingsSchema } from '#dist/index.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'

const settings = openaiSettings(z)

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Fails to compile when the contract declares other settings than there are. */
const isDeclared: Same<typeof settings, OpenAISettingsSchema> = true

describe('the settings of the openai miner', () => {
  it('are those that the contract declares, for plugins that extend them', () => assert.ok(isDeclared))

  it('keep description, unit and secret when an extension changes their default', () => {
    const keys = ['description', 'unit', 'secret', 'env'] as const
    const metaOf = (schema: z.ZodType) => {
      const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
      return keys.map(key => json[key])
    }
    for (const [name, schema] of Object.entries(settings.shape)) {
      const inner: z.ZodType = schema instanceof z.ZodDefault ? schema.removeDefault() : schema.unwrap()
      assert.deepEqual(metaOf(inner), metaOf(schema), name)
      assert.ok(metaOf(inner)[0], name)
    }
  })

  it("have the original's defaults", () => {
    assert.deepEqual(settings.parse({}), {
      model: 'gpt-3.5-turbo',
      maxTokens: 100,
      temperature: 0.4,
      topP: 1,
      topK: null,
      minP: null,
      seed: null,
      stop: [],
      n: 1,
      presencePenalty: 0.1,
      frequencyPenalty: 0.1,
      api: 'chat',
      connectTimeout: 3_000,
      firstTokenTimeout: null,
      idleTimeout: 10_000,
      hedge: null,
      shareIdentical: false,
    })
  })

  const accepted: object[] = [
    { maxTokens: null, temperature: null, topP: null, presencePenalty: null, frequencyPenalty: null },
    { maxTokens: 1, temperature: 0, topP: 0, n: 128, presencePenalty: -2, frequencyPenalty: -2 },
    { maxTokens: 200_000, temperature: 2, topP: 1, n: 1, presencePenalty: 2, frequencyPenalty: 2 },
    { connectTimeout: null, firstTokenTimeout: 1, idleTimeout: null, hedge: 800, shareIdentical: true },
    { api: 'completions', suffix: '\n}', reasoningEffort: 'xhigh' },
    { extra: { top_k: 5, chat_template_kwargs: { enable_thinking: false }, stop: ['\n'] } },
    { endpoints: [{}] },
    { endpoints: [{ name: 'main', weight: 0.5, apiKeys: ['sk-1', 'sk-2'] }, { baseUrl: 'http://127.0.0.1:8000/v1' }] },
    { baseUrl: 'http://127.0.0.1:11434/v1' },
    { baseUrl: 'https://x.example/openai/deployments/y?api-version=1' },
  ]
  for (const values of accepted)
    it(`accept ${JSON.stringify(values)}`, () => {
      const parsed: Record<string, unknown> = settings.parse(values)
      for (const [name, value] of Object.entries(values)) assert.deepEqual(parsed[name], value)
    })

  const refused: object[] = [
    { model: '' },
    { maxTokens: 0 },
    { maxTokens: 1.5 },
    { temperature: 2.1 },
    { temperature: -0.1 },
    { temperature: Number.NaN },
    { topP: 1.1 },
    { n: 0 },
    { n: 129 },
    { presencePenalty: -2.1 },
    { frequencyPenalty: 2.1 },
    { systemPrompt: '' },
    { baseUrl: 'localhost:8000' },
    { baseUrl: 'nonsense' },
    { baseUrl: 'ftp://x.example/v1' },
    { baseUrl: 'https://user:pass@x.example/v1' },
    { baseUrl: 'https://user@x.example/v1' },
    { apiKey: '' },
    { apiKey: 'sk-\u00fc' },
    { apiKey: 'sk-1\r\nx: y' },
    { apiKey: 'sk-"' },
    { organization: 'org 1' },
    { project: '' },
    { connectTimeout: 0 },
    { idleTimeout: 3_600_001 },
    { hedge: -1 },
    { api: 'responses' },
    { suffix: '' },
    { reasoningEffort: 'as long as you like' },
    { endpoints: [] },
    { endpoints: [{ apiKeys: [] }] },
    { endpoints: [{ apiKeys: ['sk 1'] }] },
    { endpoints: [{ weight: 0 }] },
    { endpoints: [{ name: 'the main one' }] },
    { endpoints: [{ temperature: 3 }] },
  ]
  for (const values of refused)
    it(`refuse ${JSON.stringify(values)}`, () => {
      const { error } = settings.safeParse(values)
      assert.equal(error?.issues[0]?.path[0], Object.keys(values)[0])
    })

  it('do not repeat an invalid key', () => {
    const { error } = settings.safeParse({ apiKey: 'sk-s\u00e9cret' })
    assert.doesNotMatch(error!.message, /cret/)
  })

  it('leave undefined what an endpoint does not set', () => {
    assert.deepEqual(settings.parse({ endpoints: [{ name: 'main' }] }).endpoints, [{ name: 'main' }])
  })

  it('trim the line end of a key from a file', () => {
    assert.equal(settings.parse({ apiKey: 'sk-1\n' }).apiKey, 'sk-1')
  })

  it('have a description each, and the variables they are also read from', () => {
    const { properties } = z.toJSONSchema(settings, { io: 'input' }) as { properties: Record<string, Described> }
    for (const [name, { description }] of Object.entries(properties)) assert.ok(description, name)
    assert.deepEqual(properties.baseUrl!.env, ['OPENAI_BASE_URL'])
    assert.deepEqual(properties.apiKey!.env, ['OPENAI_API_KEY'])
    assert.equal(properties.apiKey!.secret, true)
    assert.deepEqual(properties.organization!.env, ['OPENAI_ORG_ID'])
    assert.deepEqual(properties.project!.env, ['OPENAI_PROJECT_ID'])
  })
})

type Described = { description?: string; env?: string[]; secret?: boolean }
