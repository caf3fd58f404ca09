import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { oldNames } from '#dist/app/python/old-names.js'
import { inFolder } from '../../config/reading.ts'
import { runMiner } from '../../support/miner-process.ts'
import { alice, ENDPOINT, ignored, type Left, needless, refused, type Taken, taken } from './python-names.ts'

type Shown = { readonly values: Readonly<Record<string, unknown>>; readonly origins: Readonly<Record<string, unknown>> }

/** The suite names a folder of wallets in every process. */
const bare = { BT_WALLET_PATH: '', MINER_WALLET_PATH: '' }

/** Returns the configuration that `miner config show` merges. */
async function show(args: readonly string[], env: Record<string, string> = {}): Promise<Shown & { stderr: string }> {
  const { code, stdout, stderr } = await runMiner(['config', 'show', '--json', ...args], { env: { ...bare, ...env } })
  assert.equal(code, 0, stdout + stderr)
  return { ...JSON.parse(stdout), stderr }
}

/** Returns the problems with which `miner config show` fails. */
async function refusals(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout } = await runMiner(['config', 'show', '--json', ...args], { env: { ...bare, ...env } })
  assert.equal(code, 2, stdout)
  return JSON.parse(stdout).error.problems as readonly { code: string; message: string; from: string; hint: string }[]
}

/** Returns the value at a path of a table. */
function at(values: Shown['values'], path: string): unknown {
  return path.split('.').reduce<unknown>((table, key) => (table as Record<string, unknown>)[key], values)
}

function assertSet(shown: Shown, sets: Taken['sets'], origin: string): void {
  for (const [path, value] of Object.entries(sets)) {
    assert.deepEqual(at(shown.values, path), value, path)
    assert.ok(JSON.stringify(shown.origins[path]).includes(`"${origin}"`), JSON.stringify(shown.origins[path]))
  }
}

/** Calls `use` with the path of a YAML file. */
async function inFile(yaml: string, use: (file: string) => Promise<void>): Promise<void> {
  await inFolder(async folder => {
    const file = join(folder, 'old.yaml')
    await writeFile(file, yaml)
    await use(file)
  })
}

describe('old names', () => {
  const page = readFileSync('docs/from-python.md', 'utf8')

  for (const { flag, type, words = [], sets, env = [] } of taken) {
    it(`take --${flag}, spelled with _ or -`, async () => {
      assertSet(await show([`--${flag}`, ...words]), sets, `--${flag}`)
      const other = flag.includes('_') ? flag.replaceAll('_', '-') : flag.replaceAll('-', '_')
      assertSet(await show([`--${other}`, ...words]), sets, `--${flag}`)
      if (words.length === 1) assertSet(await show([`--${flag}=${words[0]}`]), sets, `--${flag}`)
    })

    for (const variable of env)
      it(`take ${variable}`, async () => {
        assertSet(await show([], { [variable]: words[0] ?? 'true' }), sets, variable)
      })

    if (type === 'switch' && env.length > 0)
      it(`take a ${env[0]} of 0 for off`, async () => {
        const { origins } = await show([], { [env[0]!]: '0' })
        assert.deepEqual(origins['log.level'], { from: 'default' })
      })

    if (type === 'int' || type === 'float')
      it(`refuse text for --${flag}`, async () => {
        const [problem] = await refusals([`--${flag}`, 'many'])
        assert.equal(problem?.code, 'INVALID_VALUE')
        assert.ok(problem.from.includes(`--${flag}`), problem.from)
      })
  }

  it('have the defaults of Python, or others that the page tells', async () => {
    const { values } = await show([])
    for (const { flag, sets, default: before, here = before } of taken) {
      assert.deepEqual(at(values, Object.keys(sets)[0]!), here, flag)
      const isTold = page.split('\n').some(row => row.startsWith(`| \`--${flag}\``) && row.includes('default'))
      assert.ok(here === before || isTold, flag)
    }
  })

  it('combine the period and the count of a rate', async () => {
    const count = ['--miner.priority.len_request_timestamps', '20']
    for (const args of [
      ['--miner.blacklist.min_request_period', '3', ...count],
      [...count, '--miner.blacklist.min_request_period= 3 '],
    ])
      assert.equal(at((await show(args)).values, 'policy.rate'), '20/3min')
    const none = await show(['--miner.blacklist.min_request_period', '0', ...count])
    assert.equal(at(none.values, 'policy.rate'), 'none')
  })

  it('log at the most talkative of two levels', async () => {
    for (const args of [
      ['--logging.debug', '--logging.trace'],
      ['--logging.trace', '--logging.debug'],
    ])
      assert.equal(at((await show(args)).values, 'log.level'), 'trace')
    assert.equal(at((await show([], { BT_LOGGING_DEBUG: '1', BT_LOGGING_TRACE: '1' })).values, 'log.level'), 'trace')
  })

  it('keep a permit that is required beside hotkeys that have none, and say so', async () => {
    const args = ['--miner.blacklist.allow_non_registered', '--miner.blacklist.force_validator_permit']
    const [problem] = await refusals(args)
    assert.equal(problem?.code, 'RULE_BROKEN')
  })

  it('add to the list of the new name, and both are named as its source', async () => {
    const bob = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
    for (const old of ['--miner.blacklist.whitelist', '--policy.allow']) {
      const shown = await show([old, alice, '--allow', bob])
      assert.deepEqual([...(at(shown.values, 'policy.allow') as string[])].sort(), [bob, alice].sort())
      const { flag } = shown.origins['policy.allow'] as { flag: string }
      assert.deepEqual(flag.split(', ').sort(), ['--allow', old].sort())
    }
    await inFile(`miner.blacklist.whitelist: [${alice}]\n`, async file => {
      const shown = await show(['--config', file, '--allow', bob])
      assert.deepEqual(at(shown.values, 'policy.allow'), [bob])
    })
  })

  it('name the network of a public endpoint, and leave one that is given', async () => {
    const endpoint = ['--subtensor.chain_endpoint', 'wss://entrypoint-finney.opentensor.ai:443']
    assert.equal(at((await show(endpoint)).values, 'subtensor.network'), 'finney')
    const both = await show(['--subtensor.chain_endpoint', ENDPOINT, '--subtensor.network', 'test'])
    assert.equal(at(both.values, 'subtensor.network'), 'test')
  })

  it('take a network for its endpoint, however the endpoint is written', async () => {
    for (const [given, endpoint, network] of [
      ['test', 'wss://test.finney.opentensor.ai:443', 'test'],
      ['finney', 'wss://entrypoint-finney.opentensor.ai:443', 'finney'],
      ['WSS://Entrypoint-finney.opentensor.ai/', 'WSS://Entrypoint-finney.opentensor.ai/', 'finney'],
    ] as const) {
      for (const shown of [
        await show(['--subtensor.chain_endpoint', given]),
        await show([], { BT_SUBTENSOR_CHAIN_ENDPOINT: given }),
      ])
        assert.deepEqual(at(shown.values, 'subtensor'), { network, endpoints: [endpoint] })
    }
    const several = await show(['--subtensor.chain_endpoint', ENDPOINT, 'test'])
    assert.deepEqual(at(several.values, 'subtensor.endpoints'), [ENDPOINT, 'wss://test.finney.opentensor.ai:443'])
    const problems = await refusals(['--subtensor.chain_endpoint', 'tst'])
    assert.deepEqual(
      problems.map(({ hint }) => hint),
      [
        'set --chain-endpoint wss://entrypoint-finney.opentensor.ai:443, MINER_SUBTENSOR_ENDPOINTS or subtensor.endpoints in the file',
      ],
    )
  })

  it('with values of their own are not suggested with those of the setting', async () => {
    const [none] = await refusals(['--miner.priority.len_request_timestamps', '0'])
    assert.equal(none?.hint, 'set --rate 30/min, MINER_POLICY_RATE or policy.rate in the file')
  })

  it('ask for nothing where they say false', async () => {
    for (const args of [['--subtensor._mock', 'False'], ['--subtensor._mock=0'], ['--axon.ip', '']])
      assert.equal((await show(args)).stderr, '')
    assert.equal((await refusals(['--subtensor._mock'])).length, 1)
    for (const text of ['0', 'false']) assert.equal((await show([], { BT_SUBTENSOR_MOCK: text })).stderr, '')
    const yaml = 'subtensor._mock: no\nminer: {blacklist: {force_validator_permit: false, use_prompt_cache: off}}'
    await inFile(yaml, async file => {
      const { values, stderr } = await show(['--config', file])
      assert.deepEqual([at(values, 'policy.requirePermit'), stderr], [false, ''])
    })
  })

  it('need a value where Python needs one', async () => {
    const { code, stderr } = await runMiner(['config', 'show', '--subtensor.chain_endpoint', '--netuid', '1'])
    assert.deepEqual([code, stderr.split('\n')[0]], [2, 'error: --subtensor.chain_endpoint needs a value'])
  })

  it('name the file of variables that they stand in', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'old.env')
      await writeFile(file, 'BT_AXON_IP=0.0.0.0\nBT_LOGGING_RECORD_LOG=1\n', { mode: 0o600 })
      const { stderr } = await show(['--env-file', file], { BT_LOGGING_RECORD_LOG: '1' })
      assert.ok(stderr.includes(`"message":"${file}: BT_AXON_IP is ignored`), stderr)
      assert.ok(stderr.includes('"message":"BT_LOGGING_RECORD_LOG is ignored'), stderr)
      await writeFile(file, 'BT_SUBTENSOR_MOCK=1\n')
      const [problem] = await refusals(['--env-file', file])
      assert.equal(problem?.from, `${file}: BT_SUBTENSOR_MOCK`)
    })
  })

  it('take a list without values for an empty one', async () => {
    const { values } = await show(['--miner.blacklist.whitelist', '--miner.blacklist.blacklist', alice])
    assert.deepEqual([at(values, 'policy.allow'), at(values, 'policy.deny')], [[], [alice]])
  })

  for (const { flag, env, value } of refused) {
    if (flag)
      it(`refuse --${flag}, and tell what does the job`, async () => {
        const problems = await refusals([`--${flag}`, ...(value ? [value] : [])])
        assert.deepEqual(
          problems.map(({ code }) => code),
          ['NOT_TAKEN_OVER'],
        )
        assert.ok(problems[0]!.message.startsWith(`--${flag} is not taken over: `))
        assert.ok(problems[0]!.hint)
      })
    if (env)
      it(`refuse ${env}`, async () => {
        const [problem] = await refusals([], { [env]: value ?? '1' })
        assert.equal(problem?.code, 'NOT_TAKEN_OVER')
      })
  }

  for (const { flag, env, value } of ignored) {
    if (flag)
      it(`ignore --${flag}, with a warning`, async () => {
        const { stderr } = await show([`--${flag}`, ...(value ? [value] : [])])
        assert.ok(stderr.includes(`"code":"WITHOUT_EFFECT","message":"--${flag} is ignored`), stderr)
      })
    if (env)
      it(`ignore ${env}, with a warning`, async () => {
        const { stderr } = await show([], { [env]: value ?? 'true' })
        assert.ok(stderr.includes(`"code":"WITHOUT_EFFECT","message":"${env} is ignored`), stderr)
        if (!value) assert.equal((await show([], { [env]: '0' })).stderr, '')
      })
  }

  for (const { flag } of needless)
    it(`take --${flag} without a word`, async () => {
      assert.equal((await show([`--${flag}`])).stderr, '')
    })

  it('stand in YAML', async () => {
    const lines = [
      ...taken
        .filter(({ type }) => type !== 'switch')
        .map(({ flag, words = [], type }) => {
          return `${flag}: ${type === 'list' ? `[${words.join(', ')}]` : words[0]}`
        }),
      ...[...ignored, ...needless].flatMap(({ flag, value = 'yes' }) => (flag ? [`${flag}: "${value}"`] : [])),
      ...refused.filter(({ value }) => !value).map(({ flag }) => `${flag}: false`),
      'miner: {no_serve: true}',
      'logging: {debug: true, trace: on}',
    ].filter(line => !line.includes('blacklist.blacklist'))
    await inFile(lines.join('\n'), async file => {
      const shown = await show(['--config', file])
      for (const { type, sets, flag } of taken)
        if (type !== 'switch' && flag !== 'miner.blacklist.blacklist' && !('policy.rate' in sets))
          assertSet(shown, { [Object.keys(sets)[0]!]: Object.values(sets)[0] }, flag)
      assert.equal(at(shown.values, 'policy.rate'), '20/3min')
      assert.equal(at(shown.values, 'log.level'), 'trace')
      assert.equal(at(shown.values, 'neuron.announce'), false)
      for (const { flag } of ignored) if (flag) assert.ok(shown.stderr.includes(`"message":"${flag} is ignored`), flag)
    })
    await inFile('miner: {blacklist: {use_prompt_cache: true}}', async file => {
      const [problem] = await refusals(['--config', file])
      assert.equal(problem?.code, 'NOT_TAKEN_OVER')
    })
  })

  it('in YAML disturb no command that does not read them', async () => {
    await inFile(`miner.blacklist.whitelist: [${alice}]\nsubtensor._mock: true\naxon.ip: 0.0.0.0`, async file => {
      const { code, stdout, stderr } = await runMiner(['prompt', '--use', 'echo', '--config', file, 'hi'])
      assert.deepEqual([code, stdout, stderr], [0, 'hi\n', ''])
    })
  })

  it('appear neither in help nor in completion', async () => {
    const help =
      (await runMiner(['serve', '--help'])).stdout + (await runMiner(['serve', '--use', 'openai', '--help'])).stdout
    const { stdout: script } = await runMiner(['autocomplete', 'bash'])
    for (const { flag } of [...taken, ...refused, ...ignored, ...needless])
      if (flag?.includes('.') || flag === 'strict')
        for (const text of [help, script]) assert.ok(!text.includes(`--${flag}`), flag)
  })

  it('are all on the page, and all in this test', () => {
    const names = (list: readonly (Left | Taken)[]) =>
      list.flatMap(({ flag, env = [] }) => [...(flag ? [flag] : []), ...[env].flat()])
    const tested = [...taken, ...refused, ...ignored, ...needless]
    for (const name of names(tested)) assert.ok(page.includes(`\`${name.startsWith('BT_') ? '' : '--'}${name}\``), name)

    const inTable = Object.values(oldNames).flatMap((names: { spellings?: object; gone?: readonly Left[] }) => [
      ...(Object.values(names.spellings ?? {}).flat() as readonly Left[]),
      ...(names.gone ?? []),
    ])
    const known = new Set(names(tested))
    assert.deepEqual(
      inTable.flatMap(({ flag, env }) => [flag, env]).filter(name => name !== undefined && !known.has(name)),
      [],
    )
  })
})
