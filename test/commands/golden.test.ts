import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertGolden } from '../support/golden.ts'
import { runMiner } from '../support/miner-process.ts'

type Case = {
  /** `@` stands for the folder of the case, which is the configuration folder, too */
  readonly args: string
  readonly env?: Record<string, string>
  readonly file?: string | Buffer
  readonly input?: string
}

const layers: Case = {
  args: 'config show --model gpt-flag --wallet-password s3cret-in-flag --deny 5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
  env: {
    MINER_OPENAI_MODEL: 'gpt-env',
    MINER_OPENAI_TOP_P: 'none',
    OPENAI_BASE_URL: 'https://models.example/v1?token=s3cret-in-url',
    MINER_AXON_MAX_TIMEOUT: '90s',
    MINER_POLICY_ALLOW:
      '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY, 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    MINER_LOG_LEVEL: '',
  },
  file: `
use = "openai"
[openai]
model = "gpt-file"
max_tokens = 50
topP = 0.5
api_key = "env:NOT_SET"
[axon]
port = 9000
[echo]
prefix = "not in use"
[log]
level = "error"
`,
}

const groups: Record<string, Record<string, Case>> = {
  help: {
    'help-program': { args: '--help' },
    'help-serve': { args: 'serve --help' },
    'help-serve-echo': { args: 'serve --use echo --help' },
    'help-prompt': { args: 'prompt --help' },
    'help-prompt-echo': { args: 'prompt -h', env: { MINER_USE: 'echo' } },
    'help-query': { args: 'query --help' },
    'help-check-echo': { args: 'check --use echo --help' },
    'help-init-echo': { args: 'init --use echo --help' },
    'help-models-echo': { args: 'models --use echo --help' },
    'help-config': { args: 'config' },
    'help-config-show': { args: 'config show --help' },
    'help-config-init': { args: 'config init --help' },
    'help-config-set': { args: 'config set --help' },
    'help-config-show-echo': { args: 'config show --help', file: 'use = "echo"' },
    'help-miners': { args: 'help miners' },
    'help-create': { args: 'create' },
    'help-create-miner': { args: 'create miner --help' },
    'help-create-dialect': { args: 'help create dialect' },
    'help-metagraph': { args: 'metagraph --help' },
    'help-policy': { args: 'policy' },
    'help-policy-explain': { args: 'policy explain --help' },
    'help-service': { args: 'service' },
    'help-status': { args: 'help status' },
    'help-announce': { args: 'announce --help' },
    'help-audit': { args: 'audit --help' },
    'help-logs': { args: 'logs --help' },
    'help-logs-show': { args: 'help logs show' },
    'help-logs-backup': { args: 'logs backup --help' },
    'help-replay-echo': { args: 'replay --use echo --help' },
    'help-dialects': { args: 'help dialects' },
    'help-plugins': { args: 'plugins --help' },
    'help-plugins-install': { args: 'plugins install --help' },
    'help-plugins-update': { args: 'help plugins update' },
    'help-before-command': { args: '--help serve' },
  },
  lists: {
    miners: { args: 'miners' },
    'miners-json': { args: 'miners --json' },
    dialects: { args: 'dialects' },
    'dialects-json': { args: 'dialects --json' },
    plugins: { args: 'plugins' },
    'plugins-json': { args: 'plugins --json' },
    'plugins-uninstall-nope': { args: 'plugins:uninstall nope' },
    'plugins-inspect-nope-json': { args: 'plugins:inspect nope --json' },
    version: { args: '--version' },
    'version-short': { args: '-V' },
  },
  'config show': {
    'show-defaults': { args: 'config show' },
    'show-echo': { args: 'config show --use echo' },
    'show-layers': layers,
    'show-layers-origin': { ...layers, args: `${layers.args} --origin` },
    'show-layers-json': { ...layers, args: `${layers.args} --json` },
    'show-letters': { args: 'config show -m gpt-letter -s=Brief. --origin' },
    'show-subnet': { args: 'config show --use echo --origin --netuid 33' },
    'show-named-file': { args: 'config show --config @/other.toml --origin --use echo' },
  },
  'bad input': {
    'bad-flag': { args: 'prompt --modle x hi' },
    'bad-flag-with-value': { args: 'prompt --secret=abcdef hi' },
    'bad-flag-one-dash': { args: 'prompt -model x -system-prompt=y hi' },
    'bad-letter-of-other-miner': { args: 'prompt --use echo -m x hi' },
    'bad-letter-twice': { args: 'prompt -m a --model b hi' },
    'bad-letter-empty': { args: 'prompt hi -m' },
    'bad-flag-short': { args: 'prompt -p hi --confg x' },
    'bad-flag-json': { args: 'prompt --modle x hi --json' },
    'bad-flag-of-plugins-json': { args: 'plugins --nope=sk-secret --json' },
    'bad-flag-of-other-miner': { args: 'prompt --use echo --model x hi' },
    'bad-flag-of-no-miner': { args: 'query --dev --model x hi' },
    'bad-flag-without-value': { args: 'prompt hi --model' },
    'bad-flag-twice': { args: 'prompt --model a --openai-model b hi' },
    'bad-flag-before-command': { args: '--use echo prompt hi' },
    'bad-key': { args: 'prompt hi', file: '[openai]\nmax_token = 5\n' },
    'bad-key-at-top': { args: 'config show', file: 'temperature = 1\n[opnai]\nmodel = "x"\n' },
    'bad-variable': { args: 'prompt hi', env: { MINER_OPENAI_MAX_TOKEN: '5' } },
    'bad-type-flag': { args: 'prompt --max-tokens many hi' },
    'bad-type-variable': { args: 'prompt hi', env: { MINER_OPENAI_TEMPERATURE: 'hot' } },
    'bad-type-file': { args: 'prompt hi', file: '[openai]\nmaxTokens = "5"\n' },
    'bad-range': { args: 'prompt --temperature 3 hi' },
    'bad-range-alias': { args: 'prompt --openai.temperature 3 hi' },
    'bad-two-at-once': { args: 'prompt --temprature 1 --top-p 2 hi', env: { MINER_LOG_LEVEL: 'loud' } },
    'bad-two-at-once-json': { args: 'prompt --temprature 1 --top-p 2 hi --json', env: { MINER_LOG_LEVEL: 'loud' } },
    'bad-two-spellings': { args: 'prompt hi', file: '[openai]\nmax_tokens = 5\nmaxTokens = 6\n' },
    'bad-secret-stars': { args: 'prompt hi', env: { OPENAI_API_KEY: '***' } },
    'bad-secret-reference': { args: 'prompt hi', env: { OPENAI_API_KEY: 'file:/nowhere/key' } },
    'bad-file-missing': { args: 'config show --config @/nowhere.toml' },
    'bad-file-unreadable': { args: 'config show --config @/config.toml/under', file: 'use = "echo"' },
    'bad-file-folder': { args: 'config show --config @' },
    'bad-file-malformed': { args: 'config show', file: 'use = "echo"\n[openai\napiKey = "s3cret"\n' },
    'bad-file-duplicate': { args: 'config show', file: '[openai]\nmodel = "a"\nmodel = "b"\n' },
    'bad-file-not-utf8': { args: 'config show --json', file: Buffer.from('use = "\xff"', 'latin1') },
    'bad-file-yaml': { args: 'config show --config @/config.yaml' },
    'bad-miner': { args: 'prompt --use ech hi' },
    'bad-miner-file': { args: 'prompt hi', file: 'use = "ech"\n' },
    'bad-miner-help': { args: 'prompt --use ech --help' },
    'bad-miner-json': { args: 'prompt hi --json', env: { MINER_USE: 'gpt' } },
    'bad-dialect': { args: 'config show --dialect promptin' },
    'bad-dialect-file': { args: 'config show', file: 'dialect = "haiku"\n' },
    'bad-netuid': { args: 'config show --netuid 70000' },
    'bad-table-of-no-miner': { args: 'prompt --use echo hi', file: '[shout]\nmark = "!"\n' },
    'bad-command': { args: 'promt hi' },
    'bad-command-without-topic': { args: 'explain 5F' },
    'bad-command-json': { args: 'nope --json' },
    'bad-topic-alone-json': { args: 'config --json' },
    'bad-command-in-topic': { args: 'config shw' },
    'bad-command-help': { args: 'nope --help' },
    'bad-command-text': { args: 'What-is-TAO' },
    'bad-key-missing': { args: 'serve --dev --axon-port 0' },
    'bad-word': { args: 'serve sk-secret' },
    'bad-word-help': { args: 'help serve sk-secret' },
    'bad-word-json': { args: 'config show sk-secret --json' },
    'bad-word-beside-text': { args: 'prompt hi sk-secret' },
    'bad-words-beside-text': { args: 'prompt hi sk-secret sk-secret --json' },
    'bad-switch-value': { args: 'serve --dev=sk-secret' },
    'bad-choice': { args: 'autocomplete sk-secret' },
  },
  prompt: {
    'prompt-echo': { args: 'prompt --use echo hi' },
    'prompt-stdin': { args: 'prompt --use echo', input: 'two\nlines\n' },
    'prompt-stdin-dash': { args: 'prompt - --use echo --prefix=>>', input: 'piped' },
    'prompt-stdin-empty': { args: 'prompt --use echo', input: '\n' },
    'prompt-conversation': { args: 'prompt --use echo --roles system,user --messages one,two three' },
    'prompt-lengths': { args: 'prompt --use echo --roles user --messages a b' },
    'prompt-role': { args: 'prompt --use echo --roles tool --messages a' },
    'prompt-roles-alone': { args: 'prompt --use echo --roles user' },
    'prompt-messages-alone': { args: 'prompt --use echo --messages a' },
    'prompt-text-and-messages': { args: 'prompt hi --use echo --roles user --messages a' },
    'prompt-dash-message': { args: 'prompt --use echo --roles user --messages -b' },
    'prompt-dash-message-equals': { args: 'prompt --use echo --roles user --messages=-b' },
    'prompt-conversation-json': { args: 'prompt -i --use echo --json' },
    'prompt-conversation-roles-alone': { args: 'prompt -i --use echo --roles user' },
    'prompt-verbose-value': { args: 'prompt hi --use echo --verbose=sk-secret' },
    'prompt-key-missing': { args: 'prompt hi' },
    'prompt-key-missing-json': { args: 'prompt hi --json' },
  },
  query: {
    'query-no-url': { args: 'query hi' },
    'query-no-receiver': { args: 'query hi --url http://127.0.0.1:1' },
    'query-bad-url': { args: 'query hi --url https://127.0.0.1:1' },
    'query-url-user': { args: 'query hi --dev --url http://user:s3cret@127.0.0.1:1/' },
    'query-url-path': { args: 'query hi --dev --url http://127.0.0.1:1/path' },
    'query-url-query': { args: 'query hi --dev --url http://127.0.0.1:1?s3cret' },
    'query-url-fragment': { args: 'query hi --dev --url http://127.0.0.1:1/#' },
    'query-url-slash': { args: 'query hi --dev --url http://127.0.0.1:1/' },
    'query-bad-receiver': { args: 'query hi --url http://127.0.0.1:1 --receiver 5abc' },
    'query-bad-timeout': { args: 'query hi --dev --timeout soon' },
    'query-dev-and-wallet': { args: 'query hi --dev --wallet-name main' },
    'query-stream-nobody-there': { args: 'query hi --dev --stream --url http://127.0.0.1:1' },
    'query-stream-value': { args: 'query hi --dev --stream=sk-secret' },
    'query-no-stream': { args: 'query hi --dev --no-stream' },
    'query-concurrency-alone': { args: 'query hi --dev --concurrency 4' },
    'query-count-zero': { args: 'query hi --dev --count 0' },
    'query-count-huge': { args: 'query hi --dev --count 1000001' },
    'query-concurrency-huge': { args: 'query hi --dev --count 2 --concurrency 1001' },
    'query-nobody-there': { args: 'query hi --dev --url http://127.0.0.1:1' },
    'query-no-wallet': {
      args: 'query hi --url http://127.0.0.1:1 --receiver 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --wallet-path @',
    },
  },
  check: {
    'check-nothing': { args: 'check --use echo' },
    'check-nothing-json': { args: 'check --use echo --json' },
    'check-flag-of-other-miner': { args: 'check --use echo --model x' },
    'check-unknown-miner': { args: 'check --use ech' },
    'check-word': { args: 'check sk-secret' },
  },
  'the Python miner': {
    'python-prompt-cache': {
      args: 'serve --miner.blacklist.use_prompt_cache --miner.blacklist.prompt_cache_block_span 7200',
    },
    'python-no-axon': { args: 'serve --miner.no_start_axon' },
    'python-mock': { args: 'serve --subtensor._mock True --miner.mock_subtensor', env: { BT_SUBTENSOR_MOCK: '1' } },
    'python-vicuna': { args: 'serve --vicuna.model_name vicuna-7b --vicuna.do_sample' },
    'python-btlm': { args: 'serve --btlm.device=cuda:0 --json' },
    'python-no-number': { args: 'serve --miner.blacklist.min-request-period often' },
    'python-permit-of-unregistered': {
      args: 'serve --miner.blacklist.allow_non_registered --miner.blacklist.force_validator_permit',
    },
    'python-unknown': { args: 'serve --miner.blacklist.whitlist x' },
  },
  'the subnet': {
    'metagraph-no-chain': { args: 'metagraph --network none' },
    'metagraph-no-chain-json': { args: 'metagraph --json', env: { MINER_SUBTENSOR_NETWORK: 'none' } },
    'metagraph-bad-limit': { args: 'metagraph --limit few' },
    'metagraph-bad-sort': { args: 'metagraph --sort name' },
    'metagraph-other-miner': { args: 'metagraph --network none', file: 'use = "gone"\ndialect = "gone"\n' },
    'explain-denied': {
      args: 'policy explain 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --network none --deny 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    },
    'explain-no-hotkey': { args: 'policy explain --network none' },
    'explain-wrong-hotkey': { args: 'policy explain 5Grwva --network none' },
    'explain-wrong-synapse': {
      args: 'policy explain 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --network none --synapse Prompt',
    },
    'status-no-chain': { args: 'status --network none' },
    'status-no-wallet': { args: 'status --network ws://127.0.0.1:1 --wallet-path @' },
    'status-interval-alone': { args: 'status --interval 5s' },
    'announce-no-chain': { args: 'announce --network none --stop' },
    'announce-no-wallet': { args: 'announce --network ws://127.0.0.1:1 --wallet-path @' },
    'announce-bad-ip': { args: 'announce --axon-external-ip example.com' },
  },
  service: {
    'service-no-wallet': { args: 'service systemd --wallet-path @' },
    'service-nobody-allowed': { args: 'service docker --network none' },
    'service-force-alone': { args: 'service compose --force' },
    'service-secret': { args: 'service systemd --wallet-path @', env: { OPENAI_API_KEY: 'sk-secret' } },
    'service-secret-json': { args: 'service compose --json', env: { MINER_WALLET_PASSWORD: 'sk-secret' } },
    'service-name': { args: 'service systemd --service-name a/b' },
  },
  models: {
    'models-of-none': { args: 'models --use echo' },
    'models-of-none-json': { args: 'models --use echo --json' },
    'models-word': { args: 'models sk-secret' },
  },
  serve: {
    'serve-json': { args: 'serve --json' },
    'serve-nobody-allowed': { args: 'serve --network none' },
    'serve-unknown-network': { args: 'serve --network sn1' },
    'serve-http-endpoint': { args: 'serve --chain-endpoint http://127.0.0.1:9944' },
    'serve-none-and-chain': {
      args: 'serve --network none --chain-endpoint ws://127.0.0.1:9944 --no-announce --min-stake 10',
    },
    'serve-nobody-allowed-variable': { args: 'serve', env: { MINER_SUBTENSOR_NETWORK: 'none' } },
    'serve-idle-rate': {
      args: 'serve --use echo --network none --allow 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --rate 30/min',
    },
    'serve-idle-secret': {
      args: 'serve --use echo --network none --allow 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
      env: { MINER_AXON_STORE_SECRET: 'sixteen letters!' },
    },
    'serve-small-bodies': { args: 'serve --dev --use echo --axon-port 0 --limits-bodies 512KiB' },
    'serve-allow-no-hotkey': { args: 'serve --network none --allow 5abc' },
    'serve-dev-and-announce': { args: 'serve --dev --no-announce --axon-external-port 80' },
    'serve-dev-and-host': { args: 'serve --dev --axon-host 127.0.0.1' },
    'serve-dev-and-network': { args: 'serve --dev --subtensor-network none' },
    'serve-dev-and-policy': {
      args: 'serve --dev --axon-port=-1 --allow 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --policy-deny 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    },
    'serve-dev-and-wallet': { args: 'serve --dev --wallet-hotkey main' },
    'serve-dialect-of-subnet-lacks': { args: 'serve --dev --axon-port 0 --use echo --netuid 74' },
    'serve-no-wallet': {
      args: 'serve --use echo --network none --allow 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --wallet-path @',
    },
  },
}

for (const [group, cases] of Object.entries(groups)) {
  describe(`golden outputs: ${group}`, () => {
    for (const [name, { args, env, file, input }] of Object.entries(cases)) {
      it(`${name}: miner ${args}`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'miner-golden-'))
        try {
          if (file !== undefined) writeFileSync(join(folder, 'config.toml'), file)
          writeFileSync(join(folder, 'other.toml'), '[echo]\nprefix = "other: "\n')
          mkdirSync(join(folder, 'wallets'))
          const words = args.split(' ').map(word => word.replace(/^@/, folder))
          const ended = await runMiner(words, {
            env: { BT_WALLET_PATH: '', ...env, MINER_CONFIG_DIR: folder },
            ...(input && { input }),
          })
          assertGolden(name, { args: args.split(' '), ended, unstable: { [folder]: '@' } })
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      })
    }
  })
}
