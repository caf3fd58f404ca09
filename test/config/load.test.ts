import assert from 'node:assert/strict'
import { join } from 'node:path'
import { z } from 'zod'
import { valuesOf } from '#dist/config/configuration.js'
import type { Problem } from '#dist/config/problem.js'
import type { Section } from '#dist/config/schema/section.js'
import { axon, log, openai, policy, top } from './example-sections.ts'
import { complaints, fileAt, problemsOf, read, typed } from './reading.ts'

describe('readConfiguration', () => {
  it('takes the default, then the file, then the environment, then the flag, and says which', async () => {
    const toml = '[openai]\ntemperature = 0.1'
    const env = { MINER_OPENAI_TEMPERATURE: '0.2' }
    const flags = [typed('openai.temperature', '--temperature', '0.3')]
    const path = 'openai.temperature'
    const byDefault = await read()
    assert.equal(valuesOf(byDefault, openai).temperature, 0.4)
    assert.deepEqual(byDefault.origins.get(path), { from: 'default' })
    const byFile = await read({ toml })
    assert.equal(valuesOf(byFile, openai).temperature, 0.1)
    assert.equal(byFile.origins.get(path)?.from, 'file')
    const byVariable = await read({ toml, env })
    assert.equal(valuesOf(byVariable, openai).temperature, 0.2)
    assert.deepEqual(byVariable.origins.get(path), { from: 'environment', variable: 'MINER_OPENAI_TEMPERATURE' })
    const byFlag = await read({ toml, env, flags })
    assert.equal(valuesOf(byFlag, openai).temperature, 0.3)
    assert.deepEqual(byFlag.origins.get(path), { from: 'flag', flag: '--temperature' })
  })

  it('prefers its own variable to a borrowed one, and takes an empty one as unset', async () => {
    const env = { MINER_AXON_PORT: '1', BT_AXON_PORT: '2' }
    assert.equal(valuesOf(await read({ env }), axon).port, 1)
    assert.equal(valuesOf(await read({ env: { ...env, MINER_AXON_PORT: '' } }), axon).port, 2)
    assert.equal(valuesOf(await read({ env: { MINER_AXON_PORT: '', BT_AXON_PORT: '' } }), axon).port, 8091)
  })

  it('takes a blank variable as unset, but for text, where a blank is a value', async () => {
    const toml = '[policy]\nallow = ["5a"]\n[axon]\nport = 7'
    const env = {
      MINER_POLICY_ALLOW: ' ',
      MINER_AXON_PORT: '\t',
      MINER_OPENAI_SUFFIX: ' ',
      MINER_OPENAI_API: 'completions',
    }
    const configuration = await read({ toml, env })
    assert.deepEqual(valuesOf(configuration, policy).allow, ['5a'])
    assert.equal(valuesOf(configuration, axon).port, 7)
    assert.equal(valuesOf(configuration, openai).suffix, ' ')
  })

  it('gives keys at the top, and every section even when all of it is default', async () => {
    const { values } = await read({ toml: 'use = "echo"' })
    assert.equal(values.use, 'echo')
    assert.equal(values.netuid, 1)
    assert.deepEqual(values.axon, { port: 8091, maxTimeout: 60_000, maxBody: 1_048_576, legacyNonces: false })
  })

  it('leaves out a setting that has neither value nor default', async () => {
    const { values, origins } = await read({ sections: [openai] })
    assert.equal(Object.hasOwn(values.openai as object, 'suffix'), false)
    assert.equal(origins.has('openai.suffix'), false)
  })

  it('reports problems of all layers at once', async () => {
    assert.deepEqual(
      await complaints({
        toml: '[openai]\ntemperature = "hot"\nmodle = "x"\n[[openai.endpoints]]\nurl = 5\nweight = 0',
        env: { MINER_AXON_PORT: 'eighty', MINER_AXON_PROT: '80' },
        flags: [typed('policy.minStake', '--min-stake', '-1')],
      }),
      [
        'MINER_AXON_PROT is not a setting',
        'openai.modle is not a setting (config.toml: openai.modle)',
        'openai.temperature must be a number, not "hot" (config.toml: openai.temperature)',
        'openai.endpoints[0].url must be a URL, not a number (config.toml: openai.endpoints)',
        'openai.endpoints[0].weight must be at least 1, not 0 (config.toml: openai.endpoints)',
        'axon.port must be a whole number, not "eighty" (MINER_AXON_PORT)',
        'policy.minStake must be at least 0, not -1 (--min-stake)',
      ],
    )
  })

  it('says how to set what is required and missing, but not when it is there and wrong', async () => {
    const settings = z.object({ key: z.string(), size: z.int() })
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'miner', settings }]
    const [key, size, ...more] = await problemsOf({ sections, env: { MINER_X_SIZE: 'big' } })
    assert.equal(key?.code, 'MISSING')
    assert.equal(key?.hint, 'set --x-key "…", MINER_X_KEY or x.key in the file')
    assert.equal(size?.message, 'x.size must be a whole number, not "big"')
    assert.deepEqual(more, [])
  })

  it('still reports flags and variables when the file cannot be read, and calls nothing missing', async () => {
    const sections: Section[] = [{ name: 'x', title: 'x', of: 'host', settings: z.object({ key: z.string() }) }, axon]
    const file = await fileAt(join('no-such-folder', 'config.toml'))
    assert.deepEqual(await complaints({ sections, file, env: { MINER_AXON_PORT: '-1' } }), [
      'the configuration file does not exist (no-such-folder/config.toml)',
      'axon.port must be between 0 and 65535, not -1 (MINER_AXON_PORT)',
    ])
  })

  it('does not validate what a stronger layer overrides', async () => {
    const configuration = await read({
      env: { MINER_AXON_PORT: 'eighty' },
      flags: [typed('axon.port', '--axon-port', '80')],
    })
    assert.equal(valuesOf(configuration, axon).port, 80)
  })

  it('names the item of a list that a rule is about', async () => {
    const rules = () => [{ setting: 'endpoints', at: [1, 'url'], message: 'is there twice' }] as const
    const toml = '[[openai.endpoints]]\nurl = "http://a.test"\n[[openai.endpoints]]\nurl = "http://a.test"'
    const [problem] = await problemsOf({ sections: [{ ...openai, rules }], toml })
    assert.equal(problem?.path, 'openai.endpoints[1].url')
    assert.equal(problem?.message, 'openai.endpoints[1].url is there twice')
  })

  it('checks no rule of a setting that is wrong itself, which looks missing to it', async () => {
    const rules = ({ model }: { model?: string }) =>
      model === undefined ? [{ setting: 'model' as const, message: 'is missing' }] : []
    const problems = await problemsOf({ sections: [{ ...openai, rules }], toml: '[openai]\nmodel = 5' })
    assert.ok(problems.every(({ message }) => !message.includes('is missing')))
  })

  it('checks rules between settings, with other settings wrong as well', async () => {
    const [temperature, suffix, ...more] = await problemsOf({
      env: { MINER_OPENAI_TEMPERATURE: '9' },
      flags: [typed('openai.suffix', '--suffix', 'end')],
    })
    assert.equal(temperature?.path, 'openai.temperature')
    assert.deepEqual(suffix, {
      code: 'RULE_BROKEN',
      path: 'openai.suffix',
      message: 'openai.suffix needs --api completions',
      origin: { from: 'flag', flag: '--suffix' },
      hint: 'use --api completions',
    })
    assert.deepEqual(more, [])
  })

  it('says nothing of a setting beside another that is wrong itself', async () => {
    const rules = () => [{ setting: 'model', beside: ['temperature'], message: 'needs a temperature' }] as const
    const paths = async (temperature: string) => {
      const problems = await problemsOf({
        sections: [{ ...openai, rules }],
        env: { MINER_OPENAI_TEMPERATURE: temperature },
      })
      return problems.map(({ path }) => path)
    }
    assert.deepEqual(await paths('9'), ['openai.temperature'])
    assert.deepEqual(await paths('1'), ['openai.model'])
  })

  it('asks no rule about a setting that is wrong itself', async () => {
    const problems = await problemsOf({ env: { MINER_OPENAI_API: 'cat', MINER_OPENAI_SUFFIX: 'end' } })
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['openai.api'],
    )
  })

  it('maps the values of another spelling, in every layer', async () => {
    const level = async (given: Parameters<typeof read>[0]) => valuesOf(await read(given), log).level
    assert.equal(await level({ flags: [typed('log.level', '--logging.debug', 'true')] }), 'debug')
    assert.equal(await level({ flags: [typed('log.level', '--verbosity', 'low')] }), 'warn')
    assert.equal(await level({ env: { BT_LOGGING_DEBUG: 'on' } }), 'debug')
    assert.equal(await level({ env: { BT_LOGGING_DEBUG: 'off' } }), 'info')
    assert.equal(await level({ env: { BT_VERBOSITY: 'low', MINER_LOG_LEVEL: 'debug' } }), 'debug')
    assert.equal(await level({ toml: '[logging]\ndebug = true' }), 'debug')
    assert.equal(await level({ toml: '[logging]\ndebug = false' }), 'info')
    assert.deepEqual(await complaints({ env: { BT_VERBOSITY: 'toString' }, flags: [] }), [
      'log.level must be one of high, low here, not "toString" (BT_VERBOSITY)',
    ])
  })

  it('takes the same values under an old name that has none of its own', async () => {
    const stake = async (given: Parameters<typeof read>[0]) => valuesOf(await read(given), policy).minStake
    assert.equal(await stake({ flags: [typed('policy.minStake', '--old.stake', '7')] }), 7)
    assert.equal(await stake({ env: { BT_STAKE: '7' } }), 7)
    assert.deepEqual(await complaints({ env: { BT_STAKE: 'much' } }), [
      'policy.minStake must be a number, not "much" (BT_STAKE)',
    ])
  })

  it('reads several sections at the top apart from each other', async () => {
    const more: Section = {
      name: '',
      title: 'more',
      of: 'host',
      settings: z.object({ dialect: z.string().default('prompting') }),
    }
    const { values } = await read({ sections: [top, more], toml: 'dialect = "eastworld"\nnetuid = 2' })
    assert.deepEqual(values, { use: 'openai', netuid: 2, dialect: 'eastworld' })
    const alone = await read({ sections: [more], known: [top], toml: 'netuid = "nonsense"', env: { MINER_USE: 'x' } })
    assert.deepEqual(alone.values, { dialect: 'prompting' })
  })

  describe('a tolerant load', () => {
    const toml = '[axon]\nport = "x"\nprt = 1\n[openai]\ntemperature = 9\napiKey = "env:GONE"\nmaxTokens = 5'

    it('lists the problems, and gives the settings concerned their default', async () => {
      const loaded = await read({ toml, tolerant: true })
      const codes = (problems: readonly Problem[]) => problems.map(({ code, path }) => `${code} ${path}`)
      assert.ok(loaded.problems!.length >= 4)
      assert.deepEqual(codes(loaded.problems!), codes(await problemsOf({ toml })))
      assert.equal(valuesOf(loaded, openai).temperature, 0.4)
      assert.equal(valuesOf(loaded, openai).maxTokens, 5)
      assert.deepEqual(loaded.origins.get('openai.temperature'), { from: 'default' })
    })

    it('lists none where there is none', async () => {
      assert.deepEqual((await read({ tolerant: true })).problems, [])
    })

    it('refuses a mistake of the command line all the same, and lists the others with it', async () => {
      const flags = [typed('openai.temperature', '--temperature', 'warm')]
      const found = await problemsOf({ toml: '[axon]\nprt = 1', flags, tolerant: true })
      assert.deepEqual(found.map(({ code }) => code).toSorted(), ['INVALID_VALUE', 'UNKNOWN_KEY'].toSorted())
    })
  })
})
