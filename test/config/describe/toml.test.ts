import assert from 'node:assert/strict'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { configurationToml } from '#dist/config/describe/toml.js'
import type { Section } from '#dist/config/schema/section.js'
import { axon, openai, top } from '../example-sections.ts'
import { read, typed } from '../reading.ts'

describe('configurationToml', () => {
  it('prints sections as tables, with units, and says what is not set', async () => {
    const toml = configurationToml(
      await read({ sections: [top, axon, openai], env: { MINER_OPENAI_MAX_TOKENS: 'none' } }),
    )
    assert.equal(
      toml,
      `use = "openai"
netuid = 1

[axon]
port = 8091
maxTimeout = "1m"
maxBody = "1MiB"
legacyNonces = false

[openai]
model = "gpt-3.5-turbo"
maxTokens = "none"
temperature = 0.4
api = "chat"
# suffix is not set
# baseUrl is not set
# apiKey is not set
endpoints = []
headers = {}
# extra is not set
`,
    )
  })

  it('ends each line with the origin when asked', async () => {
    const configuration = await read({
      sections: [axon],
      toml: '[axon]\nmax_body = 10',
      env: { BT_AXON_PORT: '80' },
      flags: [typed('axon.maxTimeout', '--max-timeout', '5')],
    })
    assert.deepEqual(
      configurationToml(configuration, { origins: true })
        .replace(/from \/.*\//, 'from ')
        .split('\n'),
      [
        '[axon]',
        'port = 80  # from BT_AXON_PORT',
        'maxTimeout = "5s"  # from --max-timeout',
        'maxBody = "10B"  # from config.toml: axon.max_body',
        'legacyNonces = false  # from default',
        '',
      ],
    )
  })

  it('reads as the same configuration again, with origins and without', async () => {
    const first = await read({
      toml: `
        use = "e\\u001bc\\u007f\\u2028\\"ho\\\\"
        [openai]
        maxTokens = "none"
        temperature = 1
        suffix = """two
lines # and no comment"""
        api = "completions"
        baseUrl = "http://a.test"
        [[openai.endpoints]]
        url = "http://b.test/v1"
        patience = 0.25
        [[openai.endpoints]]
        url = "http://c.test"
        patience = "none"
        [axon]
        maxTimeout = 90
        maxBody = 1000
        [policy]
        allow = ["5a", "5,\\n"]
        minStake = 1e30
        [chain]
        network = "ws://a.test:9944"
        tag = "old"
        retry = { pauseTime = "1.5s" }
        [log]
        level = "warn"`,
    })
    for (const origins of [false, true]) {
      const second = await read({ toml: configurationToml(first, { origins }) })
      assert.deepEqual(second.values, first.values)
    }
  })

  it('keeps numbers beyond the largest exact integer', async () => {
    const first = await read({ env: { MINER_POLICY_MIN_STAKE: '1152921504606846976' } })
    assert.deepEqual((await read({ toml: configurationToml(first) })).values, first.values)
  })

  it('keeps odd keys of tables', async () => {
    const settings = z.object({ rates: z.record(z.string(), z.number().nullable()).default({}) })
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings }]
    const first = await read({
      sections,
      env: { MINER_X_RATES: '{"a b": 1, "": 2, "c\\u001b": null, "constructor": 3}' },
    })
    assert.deepEqual((await read({ sections, toml: configurationToml(first) })).values, first.values)
  })

  it('prints valid TOML with secrets redacted', async () => {
    const configuration = await read({
      toml: '[openai]\napiKey = "k"\nheaders = { a = "k" }\n[[openai.endpoints]]\nurl = "http://a.test"\napiKey = "k"',
    })
    const { openai: printed } = parse(configurationToml(configuration, { origins: true }))
    assert.deepEqual(JSON.parse(JSON.stringify(printed)), {
      model: 'gpt-3.5-turbo',
      maxTokens: 100,
      temperature: 0.4,
      api: 'chat',
      apiKey: '***',
      endpoints: [{ url: 'http://a.test', apiKey: '***', weight: 1, patience: 'none' }],
      headers: { a: '***' },
    })
  })
})
