import type { GoneName } from '../../config/schema/gone-name.js'
import type { Spelling } from '../../config/schema/spelling.js'
import { namedEndpoints, networkAt, rateSpellings, refreshBlocks } from './translations.js'

type OldNames = {
  /** by the key of the setting that has taken them over */
  readonly spellings?: Readonly<Record<string, readonly Spelling[]>>
  readonly gone?: readonly GoneName[]
}

/**
 * The names of the Python SDK 6 to 10 (bittensor `axon.py`, `wallet.py`, `subtensor.py`, `logging`, `config.py`) and of the
 * original miner (opentensor/text-prompting prompting/baseminer/config.py, neurons/miners/…/miner.py `add_args`), by the
 * section that reads them. Those that a setting has by itself are not among them: `--axon.port` and `--wallet.name` as dotted
 * names of their settings, `BT_WALLET_NAME` in `env` of its `.meta()`. docs/from-python.md lists all.
 */
export const oldNames = {
  top: {
    gone: [
      ...localModel('vicuna', {
        values: ['model_name', 'device', 'max_new_tokens', 'temperature', 'system_prompt'],
        switches: ['do_sample', 'do_prompt_injection'],
      }),
      ...localModel('btlm', {
        values: ['device', 'max_length', 'no_repeat_ngram_size', 'temperature', 'system_prompt'],
        switches: ['do_sample', 'do_prompt_injection', 'use_deepspeed'],
      }),
    ],
  },
  openai: { spellings: { model: [same('openai.model_name')] } },
  // Every command reads this section, so those of the program as a whole are here.
  log: {
    spellings: {
      // Of two that are on, the first counts.
      level: ['trace', 'debug', 'info'].map(level => {
        const name = `logging.${level}`
        return { flag: name, env: `BT_LOGGING_${level.toUpperCase()}`, key: name, value: level }
      }),
    },
    gone: [
      {
        flag: 'logging.record_log',
        env: 'BT_LOGGING_RECORD_LOG',
        takes: 'nothing',
        fate: 'ignored',
        why: 'is ignored: the log goes to standard error',
        instead: '2>> miner.log, or a service manager that keeps it',
      },
      {
        flag: 'logging.logging_dir',
        env: 'BT_LOGGING_LOGGING_DIR',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: the log goes to standard error, and no folder is written',
        instead: '2>> miner.log, or a service manager that keeps it',
      },
      {
        flag: 'logging.enable_third_party_loggers',
        env: 'BT_LOGGING_ENABLE_THIRD_PARTY_LOGGERS',
        takes: 'nothing',
        fate: 'ignored',
        why: 'is ignored: libraries have no log of their own here',
        instead: '--log-level trace',
      },
      {
        flag: 'miner.root',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: the original never read it',
        instead: 'remove it',
      },
      {
        flag: 'miner.name',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: it named the folder of a log, and the log goes to standard error',
        instead: '2>> miner.log, or a service manager that keeps it',
      },
      // All of these ask for what holds anyway.
      { flag: 'strict', takes: 'nothing', fate: 'needless', why: 'changes nothing: unknown names are always errors' },
      {
        flag: 'no_version_checking',
        takes: 'nothing',
        fate: 'needless',
        why: 'changes nothing: no other version is looked for',
      },
      {
        flag: 'no_prompt',
        takes: 'nothing',
        fate: 'ignored',
        why: 'is ignored: on a terminal, a missing password of the hotkey is asked for',
        instead: 'MINER_WALLET_PASSWORD, so that it is not missing',
      },
      {
        env: 'BT_NO_PARSE_CLI_ARGS',
        takes: 'nothing',
        fate: 'ignored',
        why: 'is ignored: flags are always read',
        instead: 'unset it',
      },
    ],
  },
  axon: {
    spellings: {
      // SDK 6 and 7 read the misspelt variable only.
      concurrency: [same('axon.max_workers'), { env: 'BT_AXON_MAX_WORERS' }],
    },
    gone: [
      {
        flag: 'axon.ip',
        env: 'BT_AXON_IP',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: the SDK never listened there',
        instead: '--axon-host to choose where to listen, --axon-external-ip for what the chain is told',
      },
      {
        flag: 'priority.max_workers',
        env: 'BT_PRIORITY_MAX_WORKERS',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: the axon of the SDK never used it',
        instead: '--concurrency',
      },
      {
        flag: 'priority.maxsize',
        env: 'BT_PRIORITY_MAXSIZE',
        takes: 'value',
        fate: 'ignored',
        why: 'is ignored: the axon of the SDK never used it',
        instead: '--queue',
      },
      {
        flag: 'miner.no_start_axon',
        takes: 'nothing',
        fate: 'refused',
        why: 'is not taken over: a miner without an axon answers no caller, and the original started it all the same',
        instead: 'remove it, or --miner.no_serve to keep the address from the chain',
      },
    ],
  },
  policy: {
    spellings: {
      allow: [same('miner.blacklist.whitelist')],
      deny: [same('miner.blacklist.blacklist')],
      requirePermit: [same('miner.blacklist.force_validator_permit')],
      allowUnregistered: [
        // Otherwise the permit would be required by default, which no unregistered hotkey has.
        {
          ...on('miner.blacklist.allow_non_registered', 'true'),
          implies: { 'policy.requirePermit': () => 'false' },
        },
      ],
      minStake: [same('miner.blacklist.minimum_stake_requirement')],
      rate: rateSpellings,
    },
    gone: [
      ...['use_prompt_cache', 'prompt_cache_block_span'].map(
        (name): GoneName => ({
          flag: `miner.blacklist.${name}`,
          takes: name === 'use_prompt_cache' ? 'nothing' : 'value',
          fate: 'refused',
          why: 'is not taken over: it refused questions that were asked before, and a request that is sent again is refused here anyway',
          instead: 'remove it; --rate limits how often a hotkey may ask',
        }),
      ),
      ...['default', 'time_stake_multiplicate', 'use_s'].map(
        (name): GoneName => ({
          flag: `miner.priority.${name}`,
          takes: 'value',
          fate: 'ignored',
          why: 'is ignored: the SDK never used the priority, and places go by stake here',
          instead: 'remove it',
        }),
      ),
    ],
  },
  neuron: {
    spellings: {
      announce: [on('miner.no_serve', 'false')],
      refreshBlocks: [{ ...same('miner.blocks_per_epoch'), value: refreshBlocks }],
    },
    gone: [
      {
        flag: 'miner.no_set_weights',
        takes: 'nothing',
        fate: 'needless',
        why: 'changes nothing: a miner sets no weights',
      },
      {
        flag: 'miner.no_register',
        takes: 'nothing',
        fate: 'needless',
        why: 'changes nothing: a miner registers no hotkey',
      },
      ...['on', 'project_name', 'entity'].map(
        (name): GoneName => ({
          flag: `wandb.${name}`,
          takes: name === 'on' ? 'nothing' : 'value',
          fate: 'ignored',
          why: 'is ignored: nothing is sent to Weights & Biases',
          instead: '`miner status` and the log, whose records are JSON',
        }),
      ),
    ],
  },
  subtensor: {
    spellings: {
      endpoints: [
        // SDK 11 reads the shorter variable, the others the longer one.
        { ...same('subtensor.chain_endpoint'), env: 'BT_SUBTENSOR_CHAIN_ENDPOINT' },
        { env: 'BT_CHAIN_ENDPOINT' },
      ].map(name => ({
        ...name,
        value: namedEndpoints,
        // As in the SDK, where the endpoint alone says which chain it is.
        implies: { 'subtensor.network': networkAt },
      })),
    },
    gone: ['subtensor._mock', 'miner.mock_subtensor'].map(
      (flag): GoneName => ({
        flag,
        ...(flag === 'subtensor._mock' && { env: 'BT_SUBTENSOR_MOCK' }),
        // The SDK declared it with type=bool, for which any text is true.
        takes: flag === 'subtensor._mock' ? 'truth' : 'nothing',
        fate: 'refused',
        why: 'is not taken over: this miner cannot mock the chain',
        instead: '`miner serve --dev`, or --network none',
      }),
    ),
  },
} satisfies Record<string, OldNames>

/** An old name with another key, whose values are the setting's. */
function same(name: string): Spelling {
  return { flag: name, key: name }
}

/** A switch that gives the setting a value. */
function on(name: string, value: string): Spelling {
  return { ...same(name), value }
}

/** The flags of a miner that ran its model within its own process. */
function localModel(
  miner: string,
  { values, switches }: { readonly values: readonly string[]; readonly switches: readonly string[] },
): readonly GoneName[] {
  const gone = (takes: GoneName['takes']) => (name: string) =>
    ({
      flag: `${miner}.${name}`,
      takes,
      fate: 'refused',
      why: 'is not taken over: no model runs within the miner',
      instead: 'serve the model with vLLM or llama.cpp, and name it with --base-url and --model',
    }) satisfies GoneName
  return [...values.map(gone('value')), ...switches.map(gone('nothing'))]
}
