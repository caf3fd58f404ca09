import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigFolder } from '../../support/config-folder.ts'
import { alice, bob } from '../../support/signed-request.ts'

const folder = fileURLToPath(new URL('../../fixtures/old-yaml', import.meta.url))

/** What a key of a file becomes: the settings that it sets. */
type Sets = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const taken: Readonly<Record<string, { readonly sets: Sets; readonly ignored?: readonly string[] }>> = {
  'flat.yaml': {
    sets: {
      'axon.port': { 'axon.port': 9001 },
      'wallet.name': { 'wallet.name': 'miner' },
      'logging.debug': { 'log.level': 'debug' },
    },
  },
  'nested.yaml': {
    sets: {
      'axon.port': { 'axon.port': 9002 },
      'wallet.name': { 'wallet.name': 'miner' },
      'wallet.hotkey': { 'wallet.hotkey': 'hot' },
      'miner.blacklist.force_validator_permit': { 'policy.requirePermit': true },
      'miner.blacklist.min_request_period': { 'policy.rate': '50/3min' },
      'miner.no_serve': { 'neuron.announce': false },
    },
  },
  'merged.yaml': {
    sets: {
      'axon.external_port': { 'axon.externalPort': 9003 },
      'axon.port': { 'axon.port': 9002 },
      'axon.max_workers': { 'axon.concurrency': 4 },
      'miner.blacklist.min_request_period': { 'policy.rate': '50/7min' },
      'miner.blacklist.allow_non_registered': { 'policy.allowUnregistered': true, 'policy.requirePermit': false },
    },
  },
  'text.yaml': {
    sets: {
      netuid: { netuid: 3 },
      'axon.port': { 'axon.port': 9001 },
      'openai.temperature': { 'openai.temperature': 0.5 },
      'openai.max_tokens': { 'openai.maxTokens': 200 },
      'wallet.name': { 'wallet.name': '7' },
      'logging.trace': { 'log.level': 'trace' },
      'miner.blacklist.min_request_period': { 'policy.rate': '50/2min' },
      'miner.blacklist.whitelist': { 'policy.allow': [alice.address, bob.address] },
    },
  },
  'original.yaml': {
    sets: {
      netuid: { netuid: 8 },
      'subtensor.network': { 'subtensor.network': 'test' },
      'subtensor.chain_endpoint': { 'subtensor.endpoints': ['wss://test.finney.opentensor.ai:443'] },
      'axon.port': { 'axon.port': 8092 },
      'axon.external_port': { 'axon.externalPort': 8093 },
      'axon.external_ip': { 'axon.externalIp': '8.8.8.8' },
      'axon.max_workers': { 'axon.concurrency': 12 },
      'wallet.name': { 'wallet.name': 'miner' },
      'wallet.hotkey': { 'wallet.hotkey': 'hot' },
      'wallet.path': { 'wallet.path': '~/.bittensor/wallets/' },
      'logging.debug': { 'log.level': 'debug' },
      'miner.blocks_per_epoch': { 'neuron.refreshBlocks': 100 },
      'miner.blacklist.blacklist': { 'policy.deny': [] },
      'miner.blacklist.whitelist': { 'policy.allow': [alice.address] },
      'miner.blacklist.force_validator_permit': { 'policy.requirePermit': true },
      'miner.blacklist.minimum_stake_requirement': { 'policy.minStake': 1.5 },
      'miner.blacklist.min_request_period': { 'policy.rate': '20/5min' },
      'miner.no_serve': { 'neuron.announce': false },
      'openai.max_tokens': { 'openai.maxTokens': 200 },
      'openai.temperature': { 'openai.temperature': 0.7 },
      'openai.top_p': { 'openai.topP': 0.9 },
      'openai.n': { 'openai.n': 2 },
      'openai.presence_penalty': { 'openai.presencePenalty': -0.5 },
      'openai.frequency_penalty': { 'openai.frequencyPenalty': 0.3 },
      'openai.model_name': { 'openai.model': 'gpt-4' },
    },
    ignored: [
      'axon.ip',
      'logging.enable_third_party_loggers',
      'logging.logging_dir',
      'logging.record_log',
      'miner.name',
      'miner.priority.default',
      'miner.priority.time_stake_multiplicate',
      'miner.root',
      'no_prompt',
      'priority.max_workers',
      'priority.maxsize',
      'wandb.entity',
      'wandb.on',
      'wandb.project_name',
    ],
  },
}

const notTakenOver = (...keys: readonly string[]) => keys.map(key => `${key} is not taken over`)
const refused: Readonly<Record<string, readonly string[]>> = {
  'unknown.yaml': [
    'axon.prot is not a setting',
    'neuron.moving_average_alpha is not a setting',
    'miner.blacklist.whitlist is not a setting',
  ],
  'broken.yaml': ['the configuration file is not valid YAML'],
  'refused.yaml': notTakenOver(
    'vicuna.model_name',
    'vicuna.device',
    'vicuna.do_sample',
    'btlm.device',
    'miner.no_start_axon',
    'miner.blacklist.use_prompt_cache',
    'miner.blacklist.prompt_cache_block_span',
    'subtensor._mock',
    'miner.mock_subtensor',
  ),
}

/** The suite names a folder of wallets in every process. */
const bare = { BT_WALLET_PATH: '', MINER_WALLET_PATH: '' }

type Shown = {
  readonly values: Readonly<Record<string, unknown>>
  readonly origins: Readonly<Record<string, { readonly from: string; readonly key?: string }>>
}

describe('YAML files of the Python SDK', () => {
  it('are all in this test', () => {
    const files = readdirSync(folder).filter(name => name.endsWith('.yaml'))
    assert.deepEqual(files, [...Object.keys(taken), ...Object.keys(refused)].sort())
    const page = readFileSync(join(folder, 'README.md'), 'utf8')
    for (const file of files) assert.ok(page.includes(`\`${file}\``), file)
  })

  for (const [name, { sets, ignored = [] }] of Object.entries(taken)) {
    const file = join(folder, name)

    it(`give each setting its value and its key: ${name}`, async () => {
      using at = new ConfigFolder()
      const { code, stdout, stderr } = await at.config(['show', '--config', file, '--json', '--origin'], { env: bare })
      assert.equal(code, 0, stdout)
      const shown: Shown = JSON.parse(stdout)
      const fromFile = Object.entries(shown.origins).filter(([, { from }]) => from === 'file')
      const found: Record<string, Record<string, unknown>> = {}
      for (const [path, { key = '' }] of fromFile) found[key] = { ...found[key], [path]: valueAt(shown, path) }
      assert.deepEqual(found, sets)
      assert.deepEqual(warnedOf(stderr), ignored)
    })

    it(`become a config.toml with the same settings: ${name}`, async () => {
      using at = new ConfigFolder()
      const { code, stderr } = await at.config(['init', '--from', file])
      assert.equal(code, 0, stderr)
      assert.deepEqual(warnedOf(stderr), ignored)
      const [before, after] = await Promise.all([
        at.config(['show', '--config', file, '--json'], { env: bare }),
        at.config(['show', '--json'], { env: bare }),
      ])
      assert.deepEqual(JSON.parse(after.stdout).values, JSON.parse(before.stdout).values)
      assert.equal(after.stderr, '')
    })
  }

  for (const [name, problems] of Object.entries(refused))
    it(`are refused with all that is wrong: ${name}`, async () => {
      using at = new ConfigFolder()
      const file = join(folder, name)
      for (const args of [
        ['show', '--config', file, '--origin'],
        ['init', '--from', file],
      ]) {
        const { code, stdout } = await at.config([...args, '--json'])
        assert.equal(code, 2)
        const { error } = JSON.parse(stdout)
        const found: readonly { message: string; from: string; hint: string }[] = error.problems ?? [error]
        const noun = args[0] === 'init' ? 'the old configuration file' : 'the configuration file'
        const expected = problems.map(problem => problem.replace('the configuration file', noun))
        assert.deepEqual(
          found.map(({ message }) => message.replace(/:.*/, '')),
          expected,
        )
        for (const { from, hint } of found) assert.ok(from.startsWith(`${file}: `) && hint !== '', from)
      }
      assert.deepEqual(at.names, [])
    })

  it('have keys that read as truths, and unknown ones in a group of the SDK', async () => {
    using at = new ConfigFolder()
    const file = join(at.folder, 'old.yaml')
    writeFileSync(file, 'wandb:\n  on: no\n', { mode: 0o600 })
    assert.deepEqual(await at.config(['get', 'axon.port', '--config', file]), {
      code: 0,
      signal: null,
      stdout: '8091\n',
      stderr: '',
    })
    writeFileSync(file, 'wandb: {off: no}\n')
    const { code, stderr } = await at.config(['show', '--config', file])
    assert.equal(code, 2)
    assert.match(stderr, /^error: wandb.off is not a setting .*\n {2}try: remove it: no name of the Python SDK /)
  })

  it('are overridden by variables and flags', async () => {
    using at = new ConfigFolder()
    const show = ['show', '--json', '--config', join(folder, 'flat.yaml')]
    const port = async (args: readonly string[], env: Record<string, string>) =>
      valueAt(JSON.parse((await at.config([...show, ...args], { env })).stdout), 'axon.port')
    assert.equal(await port([], { BT_AXON_PORT: '9005' }), 9005)
    assert.equal(await port(['--axon.port', '9006'], { BT_AXON_PORT: '9005' }), 9006)
  })
})

function valueAt({ values }: Shown, path: string): unknown {
  return path.split('.').reduce<unknown>((table, key) => (table as Record<string, unknown>)[key], values)
}

/** The keys that the output says are ignored, of records or of messages. */
function warnedOf(stderr: string): readonly string[] {
  const keys = [...stderr.matchAll(/(?:"message":"|^warning: )(\S+) is ignored/gm)].map(([, key = '']) => key)
  return keys.sort()
}
