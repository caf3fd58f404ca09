import assert from 'node:assert/strict'
import { z } from 'zod'
import { type FlagDescription, flagsOf } from '#dist/config/describe/flags.js'
import type { Section } from '#dist/config/schema/section.js'
import { axon, chain, everySection, log, openai, policy } from '../example-sections.ts'

function flagFor(path: string, reserved: readonly string[] = []): FlagDescription {
  const flag = flagsOf(everySection, new Set(reserved)).find(one => one.path === path)
  assert.ok(flag)
  return flag
}

describe('flagsOf', () => {
  it("gives a miner's setting its plain flag, and every other name as an alias", () => {
    assert.deepEqual(flagFor('openai.maxTokens'), {
      path: 'openai.maxTokens',
      name: 'max-tokens',
      aliases: ['openai-max-tokens', 'openai.maxTokens', 'openai.max_tokens'],
      letter: undefined,
      multiple: false,
      isSwitch: false,
      isTruth: false,
      mayBeEmpty: false,
      hidden: false,
      value: 'number',
      help: 'longest answer (above 0, or none; default 100; MINER_OPENAI_MAX_TOKENS)',
      choices: [],
      group: 'openai miner',
    })
  })

  it('leaves a plain flag to the host that owns it, here or on another command', () => {
    const { name, aliases } = flagFor('openai.maxTokens', ['max-tokens'])
    assert.deepEqual([name, aliases], ['openai-max-tokens', ['openai.maxTokens', 'openai.max_tokens']])
    const greedy: Section = {
      name: 'greedy',
      title: 'greedy',
      of: 'miner',
      settings: z.object({ allow: z.string(), axonPort: z.string() }),
    }
    const names = flagsOf([greedy, policy, axon], new Set())
      .filter(({ group }) => group === 'greedy')
      .map(flag => flag.name)
    assert.deepEqual(names, ['greedy-allow', 'greedy-axon-port'])
  })

  it("gives a host's setting the short flag that its author chose, and the full one", () => {
    const { name, aliases } = flagFor('policy.allow')
    assert.deepEqual([name, aliases], ['allow', ['policy-allow', 'policy.allow']])
    assert.deepEqual([flagFor('axon.port').name, flagFor('axon.port').aliases], ['axon-port', ['axon.port']])
    assert.equal(flagFor('chain.tag').name, 'chain-tag')
    assert.deepEqual([flagFor('use').name, flagFor('use').aliases], ['use', []])
  })

  it('says how a value is written', () => {
    const { multiple, value } = flagFor('policy.allow')
    assert.deepEqual([multiple, value], [true, 'text'])
    assert.equal(flagFor('axon.maxTimeout').value, 'duration')
    assert.equal(flagFor('axon.maxTimeout').help, '(between 1s and 1h; default 1m; MINER_AXON_MAX_TIMEOUT)')
    assert.equal(flagFor('axon.maxBody').value, 'size')
    assert.equal(flagFor('openai.baseUrl').value, 'url')
    assert.equal(flagFor('axon.legacyNonces').isTruth, true)
    assert.deepEqual(flagFor('openai.api').choices, ['chat', 'completions'])
  })

  it('gives tables no flag', () => {
    const paths = flagsOf([openai, chain], new Set()).map(({ path }) => path)
    for (const path of ['openai.endpoints', 'openai.headers', 'chain.retry']) assert.ok(!paths.includes(path), path)
  })

  it('never shows a secret default', () => {
    const settings = z.object({ token: z.string().default('sk-verysecret').meta({ secret: true }) })
    const [flag] = flagsOf([{ name: 'x', title: 'x', of: 'miner', settings }], new Set())
    assert.equal(flag?.help, '(default ***; MINER_X_TOKEN)')
  })

  it('describes aliases, and hides them from help', () => {
    const [, debug, verbosity] = flagsOf([log], new Set())
    assert.deepEqual(
      [debug?.name, debug?.path, debug?.isSwitch, debug?.hidden],
      ['logging.debug', 'log.level', true, true],
    )
    assert.deepEqual([verbosity?.name, verbosity?.isSwitch, verbosity?.choices], ['verbosity', false, ['high', 'low']])
    const same = flagsOf([policy], new Set()).find(({ name }) => name === 'old.stake')
    assert.deepEqual([same?.value, same?.isSwitch, same?.hidden], ['number', false, true])
  })

  it("gives a miner's setting its letter, unless the host has it", () => {
    const settings = z.object({ mark: z.string().meta({ short: 'm' }), idle: z.string().meta({ short: 'i' }) })
    const section: Section = { name: 'x', title: 'x', of: 'miner', settings }
    const letters = flagsOf([section], new Set(['-i', 'm'])).map(({ letter }) => letter)
    assert.deepEqual(letters, ['m', undefined])
    assert.deepEqual(flagsOf([{ ...section, of: 'host' }], new Set())[0]!.letter, undefined)
  })

  it('refuses two settings with one letter', () => {
    const settings = z.object({ mark: z.string().meta({ short: 'm' }), more: z.string().meta({ short: 'm' }) })
    assert.throws(() => flagsOf([{ name: 'x', title: 'x', of: 'miner', settings }], new Set()), {
      code: 'CONFIG_SCHEMA',
      message: 'two settings have the flag -m',
    })
  })

  it('refuses two settings with one flag', () => {
    const other: Section = {
      name: 'x',
      title: 'x',
      of: 'host',
      settings: z.object({ y: z.string().meta({ flag: 'allow' }) }),
    }
    assert.throws(() => flagsOf([policy, other], new Set()), { code: 'CONFIG_SCHEMA', message: /--allow/ })
  })
})
