import { adminCodes } from '../dist/admin/admin-codes.js'
import { AdminError } from '../dist/admin/admin-error.js'
import { scopeCodes } from '../dist/app/scope-codes.js'
import { auditCodes } from '../dist/audit/audit-codes.js'
import { AuditError } from '../dist/audit/audit-error.js'
import { axonCodes } from '../dist/axon/axon-codes.js'
import { AxonError } from '../dist/axon/axon-error.js'
import { chainCodes } from '../dist/chain/chain-codes.js'
import { ChainError } from '../dist/chain/chain-error.js'
import { reportOf } from '../dist/cli/errors/error-report.js'
import { reportCodes, usageCodes } from '../dist/cli/errors/usage-codes.js'
import { UsageError } from '../dist/cli/errors/usage-error.js'
import { statusCodes } from '../dist/cli/status/status-codes.js'
import { configCodes, problemCodes } from '../dist/config/config-codes.js'
import { ConfigError } from '../dist/config/config-error.js'
import { createCodes } from '../dist/create/create-codes.js'
import { CreateError } from '../dist/create/create-error.js'
import { explanationCodes } from '../dist/dendrite/explanation-codes.js'
import { keyCodes } from '../dist/keys/key-codes.js'
import { KeyError } from '../dist/keys/key-error.js'
import { neuronCodes } from '../dist/neuron/neuron-codes.js'
import { NeuronError } from '../dist/neuron/neuron-error.js'
import { ConversationError } from '../dist/plugin/conversation.js'
import { conversationCodes } from '../dist/plugin/conversation-codes.js'
import { attemptCodes, hostCodes } from '../dist/plugin/host-codes.js'
import { pluginCodes } from '../dist/plugin/load/plugin-codes.js'
import { PluginError } from '../dist/plugin/load/plugin-error.js'
import { NoAnswer } from '../dist/plugin/no-answer.js'
import { storeCodes } from '../dist/store/store-codes.js'
import { StoreError } from '../dist/store/store-error.js'
import { walletCodes } from '../dist/wallet/wallet-codes.js'
import { WalletError } from '../dist/wallet/wallet-error.js'

/**
 * Every table of error codes with its section of the page. `exit` gives the exit code of a command that ends with the
 * code: it makes the error and reports it as the program does.
 */
export const errorTables = [
  {
    title: 'Command line',
    text: 'Mistakes in the command line (2), and failures that the user did not cause (1).',
    codes: usageCodes,
    exit: code => exitOf(new UsageError(code, '')),
  },
  {
    title: 'Configuration',
    text: '`CONFIG_INVALID` comes with `problems`: everything that is wrong, each with a code of the next table.',
    codes: configCodes,
    exit: code => exitOf(new ConfigError(code, code === 'CONFIG_INVALID' ? [] : '')),
  },
  {
    title: 'Problems of a configuration',
    text: '`SECRET_EXPOSED` is only a warning in the log, and so is `SECRET_UNREADABLE` in `miner config show`.',
    codes: problemCodes,
    exit: () => exitOf(new ConfigError('CONFIG_INVALID', [])),
  },
  {
    title: 'Wallets',
    text: 'The hotkey that a command signs with cannot be opened.',
    codes: walletCodes,
    exit: code => exitOf(new WalletError(code, '', {})),
  },
  {
    title: 'Keys',
    text: 'A key cannot be used: `SS58_…` an address, `PHRASE_…` and `URI_…` a key URI, `SECRET_…` the secret in a hotkey file.',
    codes: keyCodes,
    exit: code => exitOf(new KeyError(code, '', '')),
  },
  {
    title: 'Conversations',
    text: '`--roles` and `--messages` do not make a conversation. A caller that sends such a conversation gets [400](refusals.md).',
    codes: conversationCodes,
    exit: code => exitOf(new ConversationError(code, '')),
  },
  {
    title: 'Plugins',
    text: 'An installed miner or dialect cannot be used.',
    codes: pluginCodes,
    exit: code => exitOf(new PluginError(code, '', {})),
  },
  {
    title: 'New packages',
    text: '`miner create` cannot write the package.',
    codes: createCodes,
    exit: code => exitOf(new CreateError(code, '', {})),
  },
  {
    title: 'The axon',
    text: '`miner serve` cannot open its port.',
    codes: axonCodes,
    exit: code => exitOf(new AxonError(code, '')),
  },
  {
    title: 'The admin port',
    text: '`miner serve --admin-port` cannot open the port for the operator.',
    codes: adminCodes,
    exit: code => exitOf(new AdminError(code, '')),
  },
  {
    title: 'Spent nonces',
    text: '`miner serve` cannot open the store of spent nonces, which keeps it from answering a request twice.',
    codes: storeCodes,
    exit: code => exitOf(new StoreError(code, '')),
  },
  {
    title: 'The chain',
    text: `What \`miner serve\`, \`metagraph\`, \`status\` and \`announce\` cannot do with the chain. Once the axon serves, such an
error is a record of the log, and the axon goes on.`,
    codes: chainCodes,
    exit: code => exitOf(new ChainError(code, '', { hint: '' })),
  },
  {
    title: 'The subnet',
    text: 'Why `miner serve` cannot join its subnet, or cannot tell the chain where it is.',
    codes: neuronCodes,
    exit: code => exitOf(new NeuronError(code, '', { hint: '' })),
  },
  {
    title: 'What `miner status` finds',
    text: '`miner status` lists all problems, under `--json` in `problems`; errors of the chain are among them.',
    codes: statusCodes,
    exit: () => 1,
  },
  {
    title: 'Audits',
    text: 'Why `miner audit` does not begin. What it finds is in [audit.md](audit.md).',
    codes: auditCodes,
    exit: code => exitOf(new AuditError(code, '', { hint: '' })),
  },
  {
    title: 'A miner in another program',
    text: 'What a program that [embeds the miner](embedding.md) gets besides the errors of the other tables.',
    codes: scopeCodes,
  },
  {
    title: 'No answer',
    text: `What a miner or a dialect of this program throws when it has no answer; an installed one may throw codes of its own.
\`miner prompt\` and \`miner check\` print them, the log of \`miner serve\` has them, and the caller gets a
[refusal](refusals.md) without them. Exit code 2 where the operator's settings or question are at fault. \`miner check\` and
\`miner models\` exit with 1 if no endpoint works, whatever its code, and with 2 only if none can be tried.`,
    codes: hostCodes,
    exit: (code, { misuse }) => exitOf(new NoAnswer('upstream', '', { code, misuse })),
  },
  {
    title: 'Attempts',
    text: 'An attempt in `attempts` ends with a code of the table above, or with one of these.',
    codes: attemptCodes,
  },
  {
    title: 'Replies to `miner query`',
    text: "What the axon's reply means to the caller; under `--json` in `error`.",
    codes: explanationCodes,
    exit: () => 1,
  },
  {
    title: 'Everything else',
    text: 'Errors without a code of their own. What oclif or npm throws with a code keeps it.',
    codes: reportCodes,
    exit: code => exitOf(code === 'TIMEOUT' ? new DOMException('', 'TimeoutError') : new Error()),
  },
]

/** @returns Markdown */
export function errorsPage() {
  return errorTables
    .map(({ title, text, codes, exit }) => {
      const rows = Object.entries(codes).map(
        ([code, entry]) =>
          `| ${code} | ${entry.fatal === false ? '–' : exit(code, entry)} | ${entry.meaning} | ${entry.remedy} |`,
      )
      return `## ${title}\n\n${text}\n\n| code | exit | meaning | how to fix it |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
    })
    .join('\n')
}

function exitOf(error) {
  return reportOf(error).exit
}
