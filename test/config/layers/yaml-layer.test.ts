import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '#dist/config/config-error.js'
import type { Configuration } from '#dist/config/configuration.js'
import { readConfigFile } from '#dist/config/layers/config-file.js'
import { loadConfiguration } from '#dist/config/load.js'
import { problemText } from '#dist/config/problem.js'
import { everySection } from '../example-sections.ts'
import { inFolder } from '../reading.ts'

/** Reads the example sections from a YAML file. */
async function readYaml(yaml: string | Uint8Array, name = 'old.yaml'): Promise<Configuration> {
  return inFolder(async folder => {
    const path = join(folder, name)
    await writeFile(path, yaml, { mode: 0o600 })
    const file = (await readConfigFile({ path, explicit: true }))!
    const known = [{ name: 'echo' }]
    return loadConfiguration({ sections: everySection, known, flags: [], env: {}, file, secrets: 'resolve' })
  })
}

/** The values that a file sets, by path. */
async function valuesOf(yaml: string): Promise<Readonly<Record<string, unknown>>> {
  const { values, origins } = await readYaml(yaml)
  const set = [...origins].filter(([, { from }]) => from === 'file').map(([path]) => path)
  return Object.fromEntries(
    set.map(path => [path, path.split('.').reduce<unknown>((at, key) => (at as never)[key], values)]),
  )
}

/** What is wrong with a file, and what would fix it. */
async function wrongWith(yaml: string | Uint8Array): Promise<readonly string[]> {
  try {
    await readYaml(yaml)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(one => `${problemText(one).replace(/\(\/\S*\/(\S+)/, '($1')}; ${one.hint}`)
  }
  return assert.fail('nothing is wrong with it')
}

const nowhere = 'fix that line: `axon.port: 9000`, each key once, text with a colon in quotes'

describe('a YAML file', () => {
  // Measured of the Python SDK 6.1 and 10.2: keys must be flat and dotted.
  it('has flat keys with dots', async () => {
    assert.deepEqual(await valuesOf('netuid: 3\naxon.port: 9001\nopenai.model: gpt-4\nopenai.max_tokens: 200\n'), {
      netuid: 3,
      'axon.port': 9001,
      'openai.model': 'gpt-4',
      'openai.maxTokens': 200,
    })
  })

  // There a nested group took the place of the whole group, and its other settings were lost.
  it('has groups within groups, which are merged with flat keys and defaults', async () => {
    const { values } = await readYaml('axon: {port: 9002}\naxon.max_body: 1KiB\nchain: {retry: {times: 5}}\n')
    assert.deepEqual(values.axon, { port: 9002, maxTimeout: 60_000, maxBody: 1_024, legacyNonces: false })
    assert.deepEqual((values.chain as { retry: unknown }).retry, { times: 5, pauseTime: 500 })
  })

  it('has text for settings that take something else, as the types of argparse converted it', async () => {
    const yaml =
      'axon.port: "9001"\nopenai.temperature: "0.5"\naxon.legacy_nonces: "yes"\naxon.max_timeout: "90"\npolicy.allow: 5F, 5G 5H\nopenai.endpoints: [{url: "http://a.test", weight: "2"}]\n'
    assert.deepEqual(await valuesOf(yaml), {
      'axon.port': 9001,
      'openai.temperature': 0.5,
      'axon.legacyNonces': true,
      'axon.maxTimeout': 90_000,
      'policy.allow': ['5F', '5G', '5H'],
      'openai.endpoints': [{ url: 'http://a.test', weight: 2, patience: null }],
    })
  })

  it('has lists, and numbers as text', async () => {
    assert.deepEqual(await valuesOf('policy.allow:\n  - 5F\n  - 5G\nopenai.suffix: 4\nopenai.api: completions\n'), {
      'policy.allow': ['5F', '5G'],
      'openai.suffix': '4',
      'openai.api': 'completions',
    })
  })

  it('has the numbers of PyYAML, and decimal ones in text', async () => {
    const numbers = 'axon.port: 010\nopenai.temperature: 1e-1\nopenai.model: 1e3\nopenai.max_tokens: 1_000\n'
    assert.deepEqual(await valuesOf(numbers), {
      'axon.port': 8,
      'openai.temperature': 0.1,
      'openai.model': '1e3',
      'openai.maxTokens': 1000,
    })
    // Read as a number, these have lost what the file says.
    for (const number of ['3.10', '12345678901234567890', '1.0e+30', '.inf'])
      assert.match(
        (await wrongWith(`openai.model: ${number}`))[0]!,
        /^openai.model must be text, .*; put it in quotes$/,
      )
    for (const text of ['"0x10"', '0o17', '1e', '""'])
      assert.match((await wrongWith(`axon.port: ${text}`))[0]!, /^axon.port must be a whole number, not /)
  })

  it('has the booleans of PyYAML: yes and on, but not y', async () => {
    for (const word of ['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE', '1', '"true"', '"on"'])
      assert.deepEqual(await valuesOf(`axon.legacy_nonces: ${word}`), { 'axon.legacyNonces': true }, word)
    for (const word of ['no', 'off', 'false', 'False', '0'])
      assert.deepEqual(await valuesOf(`axon.legacy_nonces: ${word}`), { 'axon.legacyNonces': false }, word)
    assert.deepEqual(await valuesOf('openai.model: y\nuse: n'), { 'openai.model': 'y', use: 'n' })
    assert.match((await wrongWith('openai.model: yes'))[0]!, /^openai.model must be text, .*; put it in quotes$/)
  })

  it('has empty values, which count as none', async () => {
    assert.deepEqual(await valuesOf('axon.port:\nopenai.suffix: null\nopenai.max_tokens: ~\naxon:\nlogging.debug:\n'), {
      'openai.maxTokens': null,
    })
    assert.deepEqual(await valuesOf('# nothing\n'), {})
  })

  it('has anchors and merge keys', async () => {
    const yaml = 'x: &base\n  legacy_nonces: on\n'
    assert.deepEqual(await valuesOf(`axon: &base\n  legacy_nonces: on\n  port: 1\n`), {
      'axon.legacyNonces': true,
      'axon.port': 1,
    })
    assert.match((await wrongWith(`${yaml}axon: {<<: *base, port: 2}\n`))[0]!, /^x.legacy_nonces is not a setting/)
  })

  it('has old names of settings, with their own values or the same', async () => {
    assert.deepEqual(await valuesOf('logging.debug: true\n'), { 'log.level': 'debug' })
    assert.deepEqual(await valuesOf('logging: {verbosity: low}\n'), { 'log.level': 'warn' })
    assert.deepEqual(await valuesOf('old.group.stake: "5"\n'), { 'policy.minStake': 5 })
    assert.deepEqual(await valuesOf('old: {group: {whitelist: [5F]}}\n'), { 'policy.allow': ['5F'] })
    assert.deepEqual(await valuesOf('logging.debug: false\n'), {})
  })

  it('ignores settings of a miner that is not in use', async () => {
    assert.deepEqual(await valuesOf('echo.prefix: x\necho: {prefix: x}\n'), {})
  })

  it('refuses unknown keys, with the closest name', async () => {
    assert.deepEqual(
      await wrongWith('axon.prt: 1\naxom: {port: 2}\nport: 3\nvicuna.device: cuda\nzebra: 1\naxon: 5\n'),
      [
        'axon.prt is not a setting (old.yaml: axon.prt); write axon.port',
        'axom.port is not a setting (old.yaml: axom.port); write axon.port',
        'port is not a setting (old.yaml: port); write axon.port',
        'vicuna.device is not a setting (old.yaml: vicuna.device); remove it, or install the plugin whose miner it configures: miner plugins:install PACKAGE',
        'zebra is not a setting (old.yaml: zebra); miner config show lists the settings',
        'axon must be a group (old.yaml: axon); write its settings as axon.NAME: VALUE',
      ],
    )
  })

  it('refuses a setting that is given flat and nested', async () => {
    assert.deepEqual(await wrongWith('axon.port: 1\naxon: {port: 1}\n'), [
      'axon.port is given more than once (old.yaml: axon.port); remove one of them',
    ])
    assert.deepEqual(await wrongWith('axon.max_body: 1\naxon: {maxBody: 1}\n'), [
      'axon.maxBody is given more than once (old.yaml: axon.maxBody); keep only one of axon.maxBody and axon.max_body',
    ])
  })

  it('refuses what does not fit a setting, as the other files do', async () => {
    assert.deepEqual(await wrongWith('axon.port: many\nopenai.api: [a]\n'), [
      'openai.api must be one of chat, completions, not a list (old.yaml: openai.api); set --openai-api chat, MINER_OPENAI_API or openai.api in the file',
      'axon.port must be a whole number, not "many" (old.yaml: axon.port); write a number, without quotes',
    ])
  })

  it('names the place of what is not YAML, and does not show the line', async () => {
    for (const [yaml, fault, place] of [
      ['a: "sk-verysecret', 'Missing closing "quote', 'line 1, column 18'],
      ['a: b: sk-verysecret', 'Nested mappings are not allowed in compact mappings', 'line 1, column 4'],
      ['a: |sk-verysecret\n x', 'Block scalar header includes extra characters', 'line 1, column 5'],
      ['a: !sk-verysecret x', 'Unresolved tag', 'line 1, column 4'],
      ['a: !!python/object:os.system sk-verysecret', 'Unresolved tag', 'line 1, column 4'],
      ['use: a\nuse: b', 'Map keys must be unique', 'line 2, column 1'],
      ['use: a\n---\nuse: b', 'it has more than one document', 'line 2, column 1'],
      ['{use: a b: sk-verysecret', 'Block collections are not allowed within flow collections', 'line 1, column 7'],
    ])
      assert.deepEqual(await wrongWith(yaml!), [
        `the configuration file is not valid YAML: ${fault} (old.yaml: ${place}); ${nowhere}`,
      ])
    for (const [yaml, fault] of [
      ['- 1', 'is not a mapping of settings'],
      ['use: *sk-verysecret', 'has an alias without its anchor'],
      ['axon: {<<: *sk-verysecret}', 'merges what is not a mapping'],
      ['axon: {<<: sk-verysecret}', 'merges what is not a mapping'],
    ])
      assert.deepEqual(await wrongWith(yaml!), [`the configuration file ${fault} (old.yaml); ${nowhere}`])
    assert.match((await wrongWith(new Uint8Array([0xff])))[0]!, /is not UTF-8 text/)
  })

  it('refuses a file that would grow beyond measure, or overflow the stack', async () => {
    const grown = [
      'a: &a0 [x]',
      ...Array.from({ length: 20 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]`),
    ]
    assert.match((await wrongWith(grown.join('\n')))[0]!, /has aliases that stand for too much/)
    for (const opening of ['[', '{a: '])
      assert.match((await wrongWith(`a: ${opening.repeat(20_000)}`))[0]!, /not valid YAML: it is nested too deeply/)
    assert.match((await wrongWith(`a: ${'['.repeat(150)}${']'.repeat(150)}`))[0]!, /is nested too deeply/)
    assert.match((await wrongWith(`use: ${'x'.repeat(1_048_576)}`))[0]!, /is larger than 1024 KiB/)
  })

  it('does not let a key change the prototype', async () => {
    assert.match((await wrongWith('__proto__: {use: x}\n'))[0]!, /^__proto__.use is not a setting/)
    assert.equal(({} as { use?: string }).use, undefined)
  })

  it('is told by its name', async () => {
    for (const name of ['a.yml', 'a.YAML'])
      assert.equal((await readYaml('axon.port: 9', name)).origins.get('axon.port')?.from, 'file')
  })
})
