import assert from 'node:assert/strict'
import { valuesOf } from '#dist/config/configuration.js'
import { threadMs } from '../../support/thread-ms.ts'
import { axon, chain, openai, policy } from '../example-sections.ts'
import { complaints, problemsOf, read, typed } from '../reading.ts'

describe('convert', () => {
  it('reads every kind from a file', async () => {
    const configuration = await read({
      toml: `
        [openai]
        max_tokens = "none"
        headers = { "x-team" = "blue" }
        [[openai.endpoints]]
        url = "http://one.test"
        api_key = "k1"
        patience = 2.5
        [[openai.endpoints]]
        url = "http://two.test"
        weight = 3
        patience = "none"
        [axon]
        maxTimeout = "5m"
        max_body = 2048
        legacyNonces = true
        [policy]
        allow = ["5a", "5b"]
        [chain]
        tag = "new"
        retry = { pause_time = "1s" }`,
    })
    const { maxTokens, headers, endpoints } = valuesOf(configuration, openai)
    assert.equal(maxTokens, null)
    assert.deepEqual(headers, { 'x-team': 'blue' })
    assert.deepEqual(endpoints, [
      { url: 'http://one.test', apiKey: 'k1', weight: 1, patience: 2500 },
      { url: 'http://two.test', weight: 3, patience: null },
    ])
    assert.deepEqual(valuesOf(configuration, axon), {
      port: 8091,
      maxTimeout: 300_000,
      maxBody: 2048,
      legacyNonces: true,
    })
    assert.deepEqual(valuesOf(configuration, policy).allow, ['5a', '5b'])
    assert.deepEqual(valuesOf(configuration, chain), {
      network: 'finney',
      tag: 'new',
      retry: { times: 3, pauseTime: 1000 },
    })
  })

  it('takes a free table as it is, at any depth', async () => {
    const extra = { top_k: 5, stop: ['a', 1.5, true], deep: { deeper: [{ on: false }] } }
    const toml = '[openai.extra]\ntop_k = 5\nstop = ["a", 1.5, true]\n[openai.extra.deep]\ndeeper = [{ on = false }]'
    assert.deepEqual(valuesOf(await read({ toml }), openai).extra, extra)
    const env = { MINER_OPENAI_EXTRA: JSON.stringify({ ...extra, nothing: null }) }
    assert.deepEqual(valuesOf(await read({ env }), openai).extra, { ...extra, nothing: null })
  })

  it('refuses in a free table what JSON does not have', async () => {
    const toml = `
      [openai.extra]
      day = 2026-11-22
      more = [inf, { not = nan }]
      big = 9007199254740993
      deep = { "__proto__" = 1 }`
    const origin = '(config.toml: openai.extra)'
    assert.deepEqual(await complaints({ toml }), [
      `openai.extra.day must be a JSON value, not a date ${origin}`,
      `openai.extra.more[0] must be a JSON value, not a number ${origin}`,
      `openai.extra.more[1].not must be a JSON value, not a number ${origin}`,
      `openai.extra.big must be a JSON value, not a number ${origin}`,
      `openai.extra.deep has a key that cannot be used: __proto__ ${origin}`,
    ])
    assert.deepEqual(await complaints({ env: { MINER_OPENAI_EXTRA: '[1]' } }), [
      'openai.extra must be a table, not a list (MINER_OPENAI_EXTRA)',
    ])
  })

  it('reads every kind from a variable, tables and lists as JSON', async () => {
    const configuration = await read({
      env: {
        MINER_OPENAI_MAX_TOKENS: 'none',
        MINER_OPENAI_ENDPOINTS: '[{"url": "http://one.test", "patience": "2s"}]',
        MINER_OPENAI_HEADERS: '{"x-team": "blue"}',
        MINER_AXON_MAX_TIMEOUT: '90',
        MINER_AXON_MAX_BODY: '64KiB',
        MINER_AXON_LEGACY_NONCES: 'On',
        MINER_POLICY_ALLOW: ' 5a, 5b ,',
        MINER_POLICY_MIN_STAKE: ' 1e3 ',
        MINER_CHAIN_TAG: 'old',
      },
    })
    const { maxTokens, headers, endpoints } = valuesOf(configuration, openai)
    assert.equal(maxTokens, null)
    assert.deepEqual(headers, { 'x-team': 'blue' })
    assert.deepEqual(endpoints, [{ url: 'http://one.test', weight: 1, patience: 2000 }])
    assert.deepEqual(valuesOf(configuration, axon), {
      port: 8091,
      maxTimeout: 90_000,
      maxBody: 65_536,
      legacyNonces: true,
    })
    assert.deepEqual(valuesOf(configuration, policy), { allow: ['5a', '5b'], minStake: 1000 })
    assert.equal(valuesOf(configuration, chain).tag, 'old')
    const asJson = await read({ env: { MINER_POLICY_ALLOW: '["5,a", "5b"]' } })
    assert.deepEqual(valuesOf(asJson, policy).allow, ['5,a', '5b'])
  })

  it('reads every word for a boolean', async () => {
    for (const [text, truth] of Object.entries({
      true: true,
      YES: true,
      on: true,
      1: true,
      false: false,
      no: false,
      off: false,
      0: false,
    }))
      assert.equal(valuesOf(await read({ env: { MINER_AXON_LEGACY_NONCES: text } }), axon).legacyNonces, truth, text)
  })

  it('gathers a list from a repeated flag and from several values, and keeps commas in them', async () => {
    const flags = [typed('policy.allow', '--allow', '5a', '5b,c'), typed('policy.allow', '--policy-allow', '5d')]
    assert.deepEqual(valuesOf(await read({ flags }), policy).allow, ['5a', '5b,c', '5d'])
  })

  it('does not read separators as an empty list, which is written []', async () => {
    const toml = '[policy]\nallow = ["5a"]'
    const [problem, ...more] = await problemsOf({ toml, env: { MINER_POLICY_ALLOW: ' , ' } })
    assert.equal(problem?.message, 'policy.allow has only commas')
    assert.equal(problem?.hint, 'write [] for an empty list')
    assert.deepEqual(more, [])
    assert.deepEqual(valuesOf(await read({ toml, env: { MINER_POLICY_ALLOW: '[]' } }), policy).allow, [])
  })

  it('reads none in any case', async () => {
    assert.equal(valuesOf(await read({ env: { MINER_OPENAI_MAX_TOKENS: ' NONE' } }), openai).maxTokens, null)
    assert.equal(valuesOf(await read({ toml: '[openai]\nmax_tokens = "None"' }), openai).maxTokens, null)
  })

  it('reads a number in time that grows with its length only', async () => {
    const text = `${'1'.repeat(100_000)}x`
    const ms = await threadMs(async () => {
      assert.equal((await complaints({ env: { MINER_OPENAI_TEMPERATURE: text } })).length, 1)
    })
    // Backtracking over each digit takes more than ten seconds.
    assert.ok(ms < 2_000, `${ms} ms`)
  })

  it('refuses a flag that is given twice for one value', async () => {
    const flags = [typed('openai.model', '--model', 'a'), typed('openai.model', '--openai-model', 'b')]
    assert.deepEqual(await complaints({ flags }), ['openai.model is given more than once (--model, --openai-model)'])
  })

  it('names kinds that a file has and settings lack', async () => {
    assert.deepEqual(
      await complaints({
        toml: `
          netuid = 99999999999999999999
          [openai]
          model = 2026-01-01
          suffix = 5
          temperature = nan
          apiKey = ["k"]
          [axon]
          port = 80.5
          legacyNonces = "true"
          maxTimeout = -5
          [policy]
          allow = "5a"
          [chain]
          retry = 3`,
      }),
      [
        'netuid is too large (config.toml: netuid)',
        'openai.model must be text, not a date (config.toml: openai.model)',
        'openai.temperature must be a number, not NaN (config.toml: openai.temperature)',
        'openai.suffix must be text, not 5 (config.toml: openai.suffix)',
        'openai.apiKey must be text, not a list (config.toml: openai.apiKey)',
        'axon.port must be a whole number, not 80.5 (config.toml: axon.port)',
        'axon.maxTimeout must be a duration such as 500ms, 12s, 5m or 1h, not "-5" (config.toml: axon.maxTimeout)',
        'axon.legacyNonces must be true or false, not "true" (config.toml: axon.legacyNonces)',
        'policy.allow must be a list, not text (config.toml: policy.allow)',
        'chain.retry must be a table, not a number (config.toml: chain.retry)',
      ],
    )
  })

  it('names the item of a list and the field of a table', async () => {
    assert.deepEqual(
      await complaints({
        toml: '[policy]\nallow = ["5a", 6, "x"]',
        env: { MINER_OPENAI_ENDPOINTS: '[{"url": "http://a.test", "wieght": 1}, 3, {"weight": 2}]' },
      }),
      [
        'openai.endpoints[0].wieght is not a setting (MINER_OPENAI_ENDPOINTS)',
        'openai.endpoints[1] must be a table, not a number (MINER_OPENAI_ENDPOINTS)',
        'openai.endpoints[2].url is missing (MINER_OPENAI_ENDPOINTS)',
        'policy.allow[1] must be text, not 6 (config.toml: policy.allow)',
        'policy.allow[2] must be a hotkey (config.toml: policy.allow)',
      ],
    )
  })

  it('refuses invalid JSON without quoting it', async () => {
    const env = { MINER_OPENAI_HEADERS: '{"authorization": sk-verysecret}', MINER_POLICY_ALLOW: '[5a' }
    assert.deepEqual(await complaints({ env }), [
      'openai.headers is not valid JSON (MINER_OPENAI_HEADERS)',
      'policy.allow is not valid JSON (MINER_POLICY_ALLOW)',
    ])
  })

  it('refuses JSON that is nested too deeply to be read', async () => {
    const env = { MINER_OPENAI_HEADERS: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}` }
    assert.deepEqual(await complaints({ env }), ['openai.headers is nested too deeply (MINER_OPENAI_HEADERS)'])
  })

  it('escapes and cuts the values that it shows', async () => {
    const [colour] = await complaints({ env: { MINER_OPENAI_API: '\u001b[31m\u202ered' } })
    assert.match(colour ?? '', /not "\\u001b\[31m\\u202ered"/)
    const [long] = await complaints({ env: { MINER_OPENAI_API: 'x'.repeat(100_000) } })
    assert.ok((long ?? '').length < 200)
  })

  it('escapes odd keys of a table so that they stay distinct and cannot move a cursor', async () => {
    assert.deepEqual(await complaints({ env: { MINER_OPENAI_HEADERS: '{"a.b": 1, "\\u009b2J": 2, "x-y": 3}' } }), [
      'openai.headers["a.b"] must be text, not a number (MINER_OPENAI_HEADERS)',
      'openai.headers["\\u009b2J"] must be text, not a number (MINER_OPENAI_HEADERS)',
      'openai.headers.x-y must be text, not a number (MINER_OPENAI_HEADERS)',
    ])
  })
})
