import assert from 'node:assert/strict'
import { z } from 'zod'
import { axon, openai, top } from '../example-sections.ts'
import { complaints, problemsOf, read } from '../reading.ts'

const hints = async (given: Parameters<typeof read>[0]) => (await problemsOf(given)).map(({ hint }) => hint)

describe('fileLayer', () => {
  it('refuses unknown keys and tables, and suggests the closest', async () => {
    const toml = 'nettuid = 1\n[openai]\nmax-tokens = 5\nzebra = 1\n[axxon]\nport = 1'
    assert.deepEqual(await complaints({ toml }), [
      'nettuid is not a setting (config.toml: nettuid)',
      'openai.max-tokens is not a setting (config.toml: openai.max-tokens)',
      'openai.zebra is not a setting (config.toml: openai.zebra)',
      'axxon is not a setting (config.toml: axxon)',
    ])
    assert.deepEqual(await hints({ toml }), [
      'write netuid',
      'write openai.maxTokens',
      'miner config show lists the settings',
      'write axon',
    ])
  })

  it('says which table a key at the top belongs to', async () => {
    assert.deepEqual(await hints({ toml: 'model = "gpt-4o"' }), ['put it under [openai]'])
  })

  it('compares a key with those of its table without the name of the table', async () => {
    const section = {
      name: 'long-name',
      title: 'x',
      of: 'host' as const,
      settings: z.object({ n: z.int().default(1) }),
    }
    assert.deepEqual(await hints({ sections: [section], toml: '[long-name]\na = 1' }), [
      'miner config show lists the settings',
    ])
  })

  it('refuses both spellings of a key at once', async () => {
    const toml = '[openai]\nmaxTokens = 5\nmax_tokens = 5'
    assert.deepEqual(await complaints({ toml }), [
      'openai.max_tokens is given more than once (config.toml: openai.max_tokens)',
    ])
    assert.deepEqual(await hints({ toml }), ['keep only one of openai.maxTokens and openai.max_tokens'])
  })

  it('refuses both spellings of a key inside a table', async () => {
    const toml = '[[openai.endpoints]]\nurl = "http://a.test"\napiKey = "a"\napi_key = "b"'
    assert.deepEqual(await complaints({ toml }), [
      'openai.endpoints[0].apiKey is given more than once (config.toml: openai.endpoints)',
    ])
  })

  it('refuses a value instead of a table', async () => {
    assert.deepEqual(await complaints({ toml: 'openai = "sk-verysecret"\n[[axon]]\nport = 1' }), [
      'openai must be a table (config.toml: openai)',
      'axon must be a table (config.toml: axon)',
    ])
  })

  it('treats the names of prototypes as unknown keys everywhere', async () => {
    const toml = `
      constructor = 1
      "__proto__" = { use = "x" }
      [openai]
      "__proto__" = 1
      toString = 1
      [[openai.endpoints]]
      url = "http://a.test"
      "__proto__" = { weight = 7 }
      [chain.retry]
      constructor = 1
      [openai.headers]
      "__proto__" = "x"`
    assert.deepEqual(await complaints({ toml }), [
      'constructor is not a setting (config.toml: constructor)',
      '__proto__ is not a setting (config.toml: __proto__)',
      'openai.__proto__ is not a setting (config.toml: openai.__proto__)',
      'openai.toString is not a setting (config.toml: openai.toString)',
      'openai.endpoints[0].__proto__ is not a setting (config.toml: openai.endpoints)',
      'openai.headers has a key that cannot be used: __proto__ (config.toml: openai.headers)',
      'chain.retry.constructor is not a setting (config.toml: chain.retry)',
    ])
  })

  it('does not read a quoted dotted key at the top as a setting of a table', async () => {
    assert.deepEqual(await complaints({ toml: '"openai.model" = "x"' }), [
      'openai.model is not a setting (config.toml: openai.model)',
    ])
    assert.deepEqual(await hints({ toml: '"openai.model" = "x"' }), ['write it as model under [openai]'])
    const known = { sections: [top], known: [openai] }
    assert.deepEqual(await hints({ ...known, toml: '"openai.\\u001b" = "x"' }), ['write it as \\u001b under [openai]'])
  })

  it('ignores sections that are known but not read', async () => {
    const toml = 'netuid = "nonsense"\n[axon]\nprot = 1\nport = "x"\n[shout]\nmark = 1'
    const { values } = await read({ sections: [openai], known: [top, axon, { name: 'shout' }], toml })
    assert.deepEqual(Object.keys(values), ['openai'])
    const complaint = await complaints({ sections: [openai], known: [top, axon], toml: '[shuot]\nmark = 1\n[axxon]' })
    assert.deepEqual(complaint, [
      'shuot is not a setting (config.toml: shuot)',
      'axxon is not a setting (config.toml: axxon)',
    ])
  })

  it('escapes the keys that it names', async () => {
    const [complaint] = await complaints({ toml: '"\\u001b[31m" = 1' })
    assert.equal(complaint, '\\u001b[31m is not a setting (config.toml: \\u001b[31m)')
  })
})
