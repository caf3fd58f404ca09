import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Origin } from '#dist/config/origin.js'
import type { Section } from '#dist/config/schema/section.js'
import { fileAt, problemsOf, type read, typed } from '../reading.ts'

const hintsOf = async (given: Parameters<typeof read>[0]) => (await problemsOf(given)).map(({ hint }) => hint)

const missing = await fileAt('no-such-file')

describe('settingHint', () => {
  it('names flag, variable and file key, and the values that the message lacks', async () => {
    assert.deepEqual(await hintsOf({ env: { MINER_AXON_PORT: 'x' } }), [
      'set --axon-port, MINER_AXON_PORT or axon.port in the file to between 0 and 65535',
    ])
    assert.deepEqual(await hintsOf({ env: { MINER_AXON_PORT: '-1' } }), [
      'set --axon-port 8091, MINER_AXON_PORT or axon.port in the file',
    ])
    assert.deepEqual(await hintsOf({ env: { MINER_OPENAI_API: 'zebra' } }), [
      'set --openai-api chat, MINER_OPENAI_API or openai.api in the file',
    ])
    assert.deepEqual(await hintsOf({ env: { BT_VERBOSITY: 'x' } }), [
      'set --log-level, MINER_LOG_LEVEL or log.level in the file to one of debug, info, warn',
    ])
  })

  it('gives the flag the items of a list one by one', async () => {
    const services = z.array(z.url()).min(2).default(['https://a.test', 'https://b.test'])
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings: z.object({ services }) }]
    assert.deepEqual(await hintsOf({ sections, env: { MINER_X_SERVICES: 'https://a.test' } }), [
      'set --x-services https://a.test --x-services https://b.test, MINER_X_SERVICES or x.services in the file',
    ])
  })

  it('names the only value of a setting, though the message does, too', async () => {
    const settings = z.object({ network: z.enum(['none']).optional() })
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings }]
    assert.deepEqual(await hintsOf({ sections, env: { MINER_X_NETWORK: 'finney' } }), [
      'set --x-network, MINER_X_NETWORK or x.network in the file to none',
    ])
  })

  it('names a setting as its origin does', async () => {
    assert.deepEqual(await hintsOf({ flags: [typed('openai.temperature', '--temperature', '3')] }), [
      'set --temperature 0.4, MINER_OPENAI_TEMPERATURE or openai.temperature in the file',
    ])
    assert.deepEqual(await hintsOf({ env: { BT_AXON_PORT: '-1' } }), [
      'set --axon-port 8091, BT_AXON_PORT or axon.port in the file',
    ])
  })

  it('names an item of a table within its origin', async () => {
    const endpoints = [{ url: 'http://a.test' }, { url: 'nowhere', weight: 0.5, patience: 'soon' }]
    assert.deepEqual(await hintsOf({ env: { MINER_OPENAI_ENDPOINTS: JSON.stringify(endpoints) } }), [
      'set [1].patience in the JSON of MINER_OPENAI_ENDPOINTS',
      'set [1].url in the JSON of MINER_OPENAI_ENDPOINTS',
      'set [1].weight in the JSON of MINER_OPENAI_ENDPOINTS',
    ])
    assert.deepEqual(await hintsOf({ toml: '[[openai.endpoints]]\nurl = "nowhere"' }), [
      'set openai.endpoints[0].url in the file',
    ])
    assert.deepEqual(await hintsOf({ env: { MINER_CHAIN_RETRY: '{"times": 12}' } }), [
      'set times in the JSON of MINER_CHAIN_RETRY',
    ])
    assert.deepEqual(await hintsOf({ env: { MINER_OPENAI_ENDPOINTS: '{"url": "http://a.test"}' } }), [
      'write it in brackets: [ … ]',
    ])
  })

  it('says how a secret is given', async () => {
    assert.deepEqual(await hintsOf({ env: { OPENAI_API_KEY: 'env:' } }), [
      'set --openai-api-key, OPENAI_API_KEY or openai.apiKey in the file to the secret, env:NAME or file:PATH',
    ])
    assert.deepEqual(await hintsOf({ env: { OPENAI_API_KEY: 'env:NONE' } }), ['export NONE=…'])
    assert.deepEqual(await hintsOf({ env: { OPENAI_API_KEY: 'file:/nowhere' } }), ['fix that file, or name another'])
  })

  it('leaves out the flag, which a table lacks', async () => {
    assert.deepEqual(await hintsOf({ toml: '[chain]\nretry = 3' }), [
      'set MINER_CHAIN_RETRY or chain.retry in the file',
    ])
  })
})

describe('every problem', () => {
  const wrong: Readonly<Record<string, Parameters<typeof read>[0]>> = {
    'an unknown key': {
      toml: 'zebra = 1\n[openai]\nzebra = 1\n[[openai.endpoints]]\nurl = "http://a.test"\nzebra = 1',
    },
    'an unknown variable': { env: { MINER_ZEBRA: '1' } },
    'a wrong type': { toml: '[openai]\nmodel = ["x"]\ntemperature = true\nendpoints = 5\n[axon]\nmaxTimeout = "x"' },
    'what is no JSON': { env: { MINER_OPENAI_HEADERS: 'x' } },
    'a refused item': { env: { MINER_POLICY_ALLOW: 'x' } },
    'a flag given twice': { flags: [typed('openai.model', '--model', 'a', 'b')] },
    'a name pasted after env:': { env: { OPENAI_API_KEY: 'env:' } },
    'a broken rule': { env: { MINER_OPENAI_SUFFIX: 'x' } },
    'another spelling': { toml: '[logging]\ndebug = "x"' },
    'another spelling of a flag': { flags: [typed('log.level', '--verbosity', 'x')] },
    'broken TOML': { toml: 'x' },
    'a file that is not there': { file: missing },
  }
  for (const [what, given] of Object.entries(wrong))
    it(`has a hint of one line: ${what}`, async () => {
      for (const { message, hint, origin } of await problemsOf(given)) {
        assert.match(hint ?? '', /^.{5,120}$/, message)
        assert.ok((origin satisfies Origin | undefined) !== undefined)
      }
    })
})
