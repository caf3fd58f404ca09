import { developmentKeys } from '#dist/keys/development-keys.js'

export const [alice, bob] = developmentKeys.map(({ address }) => address) as [string, string]
export const ENDPOINT = 'ws://127.0.0.1:9955'

/** A flag of the Python SDK or the original miner that is a setting here. */
export type Taken = {
  readonly flag: string
  readonly type: 'text' | 'int' | 'float' | 'list' | 'switch'
  readonly env?: readonly string[]
  /** what follows the flag */
  readonly words?: readonly string[]
  readonly sets: Readonly<Record<string, unknown>>
  /** its default in Python, and that of the setting here, where it differs; of a switch, what holds without it */
  readonly default: unknown
  readonly here?: unknown
}

// From the sources that src/app/python/old-names.ts names, not from its table.
export const taken: readonly Taken[] = [
  { flag: 'netuid', type: 'int', words: ['7'], sets: { netuid: 7 }, default: 1 },
  {
    flag: 'axon.port',
    type: 'int',
    words: ['8092'],
    sets: { 'axon.port': 8092 },
    default: 8091,
    env: ['BT_AXON_PORT'],
  },
  {
    flag: 'axon.external_port',
    type: 'int',
    words: ['9000'],
    sets: { 'axon.externalPort': 9000 },
    default: undefined,
    env: ['BT_AXON_EXTERNAL_PORT'],
  },
  {
    flag: 'axon.external_ip',
    type: 'text',
    words: ['203.0.113.7'],
    sets: { 'axon.externalIp': '203.0.113.7' },
    default: undefined,
    env: ['BT_AXON_EXTERNAL_IP'],
  },
  {
    flag: 'axon.max_workers',
    type: 'int',
    words: ['12'],
    sets: { 'axon.concurrency': 12 },
    default: 10,
    here: 16,
    env: ['BT_AXON_MAX_WORKERS', 'BT_AXON_MAX_WORERS'],
  },
  {
    flag: 'wallet.name',
    type: 'text',
    words: ['w'],
    sets: { 'wallet.name': 'w' },
    default: 'default',
    env: ['BT_WALLET_NAME'],
  },
  {
    flag: 'wallet.hotkey',
    type: 'text',
    words: ['h'],
    sets: { 'wallet.hotkey': 'h' },
    default: 'default',
    env: ['BT_WALLET_HOTKEY'],
  },
  {
    flag: 'wallet.path',
    type: 'text',
    words: ['/wallets'],
    sets: { 'wallet.path': '/wallets' },
    default: '~/.bittensor/wallets/',
    here: '~/.bittensor/wallets',
    env: ['BT_WALLET_PATH'],
  },
  {
    flag: 'subtensor.network',
    type: 'text',
    words: ['test'],
    sets: { 'subtensor.network': 'test' },
    default: 'finney',
    env: ['BT_SUBTENSOR_NETWORK'],
  },
  {
    flag: 'subtensor.chain_endpoint',
    type: 'text',
    words: [ENDPOINT],
    // The endpoint alone says which chain it is.
    sets: { 'subtensor.endpoints': [ENDPOINT], 'subtensor.network': ENDPOINT },
    default: ['wss://entrypoint-finney.opentensor.ai:443'],
    here: [],
    env: ['BT_SUBTENSOR_CHAIN_ENDPOINT', 'BT_CHAIN_ENDPOINT'],
  },
  {
    flag: 'logging.debug',
    type: 'switch',
    sets: { 'log.level': 'debug' },
    default: 'info',
    env: ['BT_LOGGING_DEBUG'],
  },
  {
    flag: 'logging.trace',
    type: 'switch',
    sets: { 'log.level': 'trace' },
    default: 'info',
    env: ['BT_LOGGING_TRACE'],
  },
  { flag: 'logging.info', type: 'switch', sets: { 'log.level': 'info' }, default: 'info', env: ['BT_LOGGING_INFO'] },
  {
    flag: 'miner.blacklist.whitelist',
    type: 'list',
    words: [alice, bob],
    sets: { 'policy.allow': [alice, bob] },
    default: [],
  },
  {
    flag: 'miner.blacklist.blacklist',
    type: 'list',
    words: [alice, bob],
    sets: { 'policy.deny': [alice, bob] },
    default: [],
  },
  {
    flag: 'miner.blacklist.force_validator_permit',
    type: 'switch',
    sets: { 'policy.requirePermit': true },
    default: false,
    here: true,
  },
  {
    flag: 'miner.blacklist.allow_non_registered',
    type: 'switch',
    sets: { 'policy.allowUnregistered': true, 'policy.requirePermit': false },
    default: false,
  },
  {
    flag: 'miner.blacklist.minimum_stake_requirement',
    type: 'float',
    words: ['1.5'],
    sets: { 'policy.minStake': 1.5 },
    default: 0,
  },
  {
    flag: 'miner.blacklist.min_request_period',
    type: 'int',
    words: ['3'],
    sets: { 'policy.rate': '50/3min' },
    default: '50/5min',
    here: 'none',
  },
  {
    flag: 'miner.priority.len_request_timestamps',
    type: 'int',
    words: ['20'],
    sets: { 'policy.rate': '20/5min' },
    default: '50/5min',
    here: 'none',
  },
  {
    flag: 'miner.blocks_per_epoch',
    type: 'int',
    words: ['50'],
    sets: { 'neuron.refreshBlocks': 50 },
    default: 100,
  },
  { flag: 'miner.no_serve', type: 'switch', sets: { 'neuron.announce': false }, default: true },
  {
    flag: 'openai.model_name',
    type: 'text',
    words: ['gpt-4'],
    sets: { 'openai.model': 'gpt-4' },
    default: 'gpt-3.5-turbo',
  },
  { flag: 'openai.max_tokens', type: 'int', words: ['200'], sets: { 'openai.maxTokens': 200 }, default: 100 },
  { flag: 'openai.temperature', type: 'float', words: ['0.9'], sets: { 'openai.temperature': 0.9 }, default: 0.4 },
  { flag: 'openai.top_p', type: 'float', words: ['0.5'], sets: { 'openai.topP': 0.5 }, default: 1 },
  { flag: 'openai.n', type: 'int', words: ['2'], sets: { 'openai.n': 2 }, default: 1 },
  {
    flag: 'openai.presence_penalty',
    type: 'float',
    words: ['-0.5'],
    sets: { 'openai.presencePenalty': -0.5 },
    default: 0.1,
  },
  {
    flag: 'openai.frequency_penalty',
    type: 'float',
    words: ['0.2'],
    sets: { 'openai.frequencyPenalty': 0.2 },
    default: 0.1,
  },
]

/** A flag or a variable that is no setting here. */
export type Left = { readonly flag?: string; readonly env?: string; readonly value?: string }

export const refused: readonly Left[] = [
  { flag: 'miner.blacklist.use_prompt_cache' },
  { flag: 'miner.blacklist.prompt_cache_block_span', value: '7200' },
  { flag: 'miner.no_start_axon' },
  { flag: 'miner.mock_subtensor' },
  { flag: 'subtensor._mock', env: 'BT_SUBTENSOR_MOCK', value: 'True' },
  { flag: 'vicuna.model_name', value: 'TheBloke/Wizard-Vicuna-7B-Uncensored-HF' },
  { flag: 'vicuna.device', value: 'cuda' },
  { flag: 'vicuna.max_new_tokens', value: '256' },
  { flag: 'vicuna.temperature', value: '0.5' },
  { flag: 'vicuna.do_sample' },
  { flag: 'vicuna.do_prompt_injection' },
  { flag: 'vicuna.system_prompt', value: 'A chat' },
  { flag: 'btlm.device', value: 'cuda' },
  { flag: 'btlm.max_length', value: '100' },
  { flag: 'btlm.do_sample' },
  { flag: 'btlm.no_repeat_ngram_size', value: '2' },
  { flag: 'btlm.do_prompt_injection' },
  { flag: 'btlm.system_prompt', value: 'A chat' },
  { flag: 'btlm.use_deepspeed' },
  { flag: 'btlm.temperature', value: '0.5' },
]

export const ignored: readonly Left[] = [
  { flag: 'axon.ip', env: 'BT_AXON_IP', value: '203.0.113.7' },
  { flag: 'priority.max_workers', env: 'BT_PRIORITY_MAX_WORKERS', value: '5' },
  { flag: 'priority.maxsize', env: 'BT_PRIORITY_MAXSIZE', value: '10' },
  { flag: 'logging.record_log', env: 'BT_LOGGING_RECORD_LOG' },
  { flag: 'logging.logging_dir', env: 'BT_LOGGING_LOGGING_DIR', value: '~/.bittensor/miners' },
  { flag: 'logging.enable_third_party_loggers', env: 'BT_LOGGING_ENABLE_THIRD_PARTY_LOGGERS' },
  { flag: 'no_prompt' },
  { flag: 'miner.root', value: '~/.bittensor/miners/' },
  { flag: 'miner.name', value: 'Bittensor Miner' },
  { flag: 'miner.priority.default', value: '0.0' },
  { flag: 'miner.priority.time_stake_multiplicate', value: '10' },
  { flag: 'miner.priority.use_s', value: '0.0' },
  { flag: 'wandb.on' },
  { flag: 'wandb.project_name', value: 'p' },
  { flag: 'wandb.entity', value: 'e' },
  { env: 'BT_NO_PARSE_CLI_ARGS', value: '1' },
]

export const needless: readonly Left[] = [
  { flag: 'strict' },
  { flag: 'no_version_checking' },
  { flag: 'miner.no_set_weights' },
  { flag: 'miner.no_register' },
]
