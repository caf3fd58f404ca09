import type { AuditErrorCode } from '../../audit/audit-error.js'
import type { ChainErrorCode } from '../../chain/chain-error.js'
import type { ConfigErrorCode } from '../../config/config-error.js'
import type { CreateErrorCode } from '../../create/create-error.js'
import type { MoneyErrorCode } from '../../money/money-error.js'
import type { NeuronErrorCode } from '../../neuron/neuron-error.js'
import type { PluginErrorCode } from '../../plugin/load/plugin-error.js'
import type { RequestLogErrorCode } from '../../request-log/request-log-error.js'
import type { StoreErrorCode } from '../../store/store-error.js'
import type { WalletErrorCode } from '../../wallet/wallet-error.js'
import type { UsageErrorCode } from './usage-codes.js'

/** The network, the model, the disk or a plugin failed. */
export const FAILED = 1
/** The user made a mistake, in the command line or in the configuration. */
export const MISUSED = 2
/** The hotkey lost its place in the subnet: EX_UNAVAILABLE of sysexits.h, which a supervisor can tell from a failure. */
export const DEREGISTERED = 69
/** The command does not exist; as a shell exits. */
const NOT_FOUND = 127
/** Ctrl-C; as a shell exits. */
const INTERRUPTED = 130

/** The exit codes that differ from those of their class, by error code. */
const usage: ReadonlyMap<UsageErrorCode, number> = new Map([
  ['UNKNOWN_COMMAND', NOT_FOUND],
  ['NOT_SET', FAILED],
  ['NOT_TYPED', INTERRUPTED],
  ['INIT_STOPPED', INTERRUPTED],
  ['EDITOR_FAILED', FAILED],
  ['FILE_CHANGED', FAILED],
  ['FILE_UNWRITABLE', FAILED],
  ['NPM_FAILED', FAILED],
  ['PLUGINS_LOCKED', FAILED],
  ['PEER_CONFLICT', FAILED],
  ['DATA_FOLDER_UNWRITABLE', FAILED],
  ['DATA_FOLDER_BROKEN', FAILED],
  ['DISK_FULL', FAILED],
  ['REGISTRY_FAILED', FAILED],
  ['CACHE_UNWRITABLE', FAILED],
  ['OUTPUT_LOST', FAILED],
  ['LOG_FILE_TAKEN', FAILED],
  ['LOG_FILE_FAILED', FAILED],
  ['ADMIN_PORT_MISSING', FAILED],
  ['ADMIN_PORT_SILENT', FAILED],
  ['UNCAUGHT', FAILED],
  ['STUCK', FAILED],
  ['ENDED_EARLY', FAILED],
])
const wallet: ReadonlyMap<WalletErrorCode, number> = new Map([
  ['KEYFILE_PASSWORD_ABORTED', INTERRUPTED],
  ['KEYFILE_DECRYPT_FAILED', FAILED],
])
const chain: ReadonlyMap<ChainErrorCode, number> = new Map([
  ['WRONG_CHAIN', MISUSED],
  ['SUBNET_UNKNOWN', MISUSED],
  ['NOT_REGISTERED', MISUSED],
  ['ADDRESS_REFUSED', MISUSED],
  ['PORT_REFUSED', MISUSED],
])
const store: ReadonlyMap<StoreErrorCode, number> = new Map([
  ['STORE_REFUSED', MISUSED],
  ['STORE_UNSUITABLE', MISUSED],
  ['STORE_SECRET', MISUSED],
])
const neuron: ReadonlyMap<NeuronErrorCode, number> = new Map([
  ['HOTKEY_NOT_REGISTERED', MISUSED],
  ['ADDRESS_UNROUTABLE', MISUSED],
])
const audit: ReadonlyMap<AuditErrorCode, number> = new Map([
  ['HOST_UNKNOWN', FAILED],
  ['CONFIRMATION_ABORTED', INTERRUPTED],
  ['NO_AXON', FAILED],
  ['GOOD_REQUEST_FAILED', FAILED],
  ['NOT_AN_AXON', FAILED],
  ['AUDIT_KEY_UNUSABLE', FAILED],
])
const requestLog: ReadonlyMap<RequestLogErrorCode, number> = new Map([
  ['REQUEST_UNKNOWN', MISUSED],
  ['REQUEST_AMBIGUOUS', MISUSED],
  ['CONVERSATION_MISSING', MISUSED],
  ['REPLAY_NOT_CONFIRMED', MISUSED],
  ['REPLAY_ABORTED', INTERRUPTED],
  ['BACKUP_EXISTS', MISUSED],
  ['BACKUP_MISPLACED', MISUSED],
])

/** Each returns the exit code of a command that ends with an error of the class. */
export const exitCodes = {
  usage: (code: UsageErrorCode) => usage.get(code) ?? MISUSED,
  wallet: (code: WalletErrorCode) => wallet.get(code) ?? MISUSED,
  // A plugin's broken schema or code is not the user's mistake.
  config: (code: ConfigErrorCode) => (code === 'CONFIG_INVALID' ? MISUSED : FAILED),
  plugin: (code: PluginErrorCode) => (code === 'PLUGIN_BROKEN' ? FAILED : MISUSED),
  create: (code: CreateErrorCode) => (code === 'FOLDER_TAKEN' ? MISUSED : FAILED),
  chain: (code: ChainErrorCode) => chain.get(code) ?? FAILED,
  neuron: (code: NeuronErrorCode) => neuron.get(code) ?? FAILED,
  audit: (code: AuditErrorCode) => audit.get(code) ?? MISUSED,
  store: (code: StoreErrorCode) => store.get(code) ?? FAILED,
  requestLog: (code: RequestLogErrorCode) => requestLog.get(code) ?? FAILED,
  // The disk, or another process.
  money: (_: MoneyErrorCode) => FAILED,
  noAnswer: ({ misuse }: { readonly misuse: boolean }) => (misuse ? MISUSED : FAILED),
}
