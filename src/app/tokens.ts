import type { OpenAdmin } from '../admin/open-admin.js'
import type { Axon } from '../axon/serve-axon.js'
import type { Chain } from '../chain/chain.js'
import type { Configuration } from '../config/configuration.js'
import type { Dendrite } from '../dendrite/create-dendrite.js'
import type { Keypair } from '../keys/keypair.js'
import type { ClientFor } from '../miners/openai/http/client.js'
import type { OwnAddress } from '../neuron/address/own-address.js'
import type { NeuronLife } from '../neuron/start-neuron.js'
import type { RequestStats } from '../observe/request-stats.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { Declared } from '../plugin/load/discover.js'
import type { Log } from '../plugin/log.js'
import type { Miner, MinerDefinition } from '../plugin/miner.js'
import type { Sdk } from '../plugin/sdk.js'
import type { DialectCatalogue } from './catalogue/dialects.js'
import type { MinerCatalogue } from './catalogue/miners.js'
import type { PolicyInForce } from './chain/policy-in-force.js'
import type { LogLevel } from './log/levels.js'
import type { Progress } from './progress.js'
import type { Resources } from './resources.js'
import type { Token } from './scope.js'

// What a command provides to its run.
export const CONFIGURATION = token<Configuration>('configuration')
export const CHOSEN_MINER = token<MinerDefinition>('chosenMiner')
export const CHOSEN_DIALECT = token<DialectDefinition>('chosenDialect')
/** The miners and dialects of plugins that this run uses. */
export const PLUGINS_IN_USE = token<readonly Declared[]>('pluginsInUse')
export const LOG = token<Log>('log')
/** Sets the level of the log of a command. */
export const SET_LOG_LEVEL = token<(level: LogLevel) => void>('setLogLevel')
/** Shows the user that the program waits; by default it shows nothing. */
export const PROGRESS = token<Progress>('progress')
/** Aborts when the program ends. */
export const ENDING = token<AbortSignal>('ending')

/** The folder for what the miner knows after a restart: the last metagraph, the spent nonces, the state that `status` reads. */
export const CHAIN_FOLDER = token<string>('chainFolder')

// What is built from it, on first use and once per run.
export const RESOURCES = token<Resources>('resources')
export const MINERS = token<MinerCatalogue>('miners')
/** The miners and dialects that installed plugins declare. */
export const PLUGINS = token<readonly Declared[]>('plugins')
export const DIALECTS = token<DialectCatalogue>('dialects')
/** Makes the `OpenAI` client for an endpoint: the service that a test or an embedder replaces most often. */
export const CLIENT_FOR = token<ClientFor>('clientFor')
/** What miners and dialects receive, built-in ones and those of plugins. */
export const SDK = token<Sdk>('sdk')
/** The chosen miner, built by its plugin's `create`. */
export const MINER = token<Promise<Miner>>('miner')
/** The hotkey of the configured wallet, or a development key. */
export const HOTKEY = token<Promise<Keypair>>('hotkey')
/** The chain of `subtensor.network`; rejects with a `ConfigError` when that is `none`. */
export const CHAIN = token<Promise<Chain>>('chain')
/** The life of the hotkey on its subnet; null without a chain. */
export const NEURON = token<Promise<NeuronLife | null>>('neuron')
/** Who may ask, and how often; it can be replaced while the axon serves. */
export const POLICY = token<Promise<PolicyInForce>>('policy')
/** The address that the chain is told; null without a chain, and with `--no-announce`. */
export const ADDRESS = token<Promise<OwnAddress | null>>('address')
/** Identifies the axon in the records of its requests, of which a process may serve several. */
export const AXON_ID = token<string>('axonId')
export const AXON = token<Promise<Axon>>('axon')
/** The requests of the last hour: who asked, and how that ended. */
export const REQUEST_STATS = token<Promise<RequestStats>>('requestStats')
/** The admin port; null without `admin.port`. */
export const ADMIN = token<Promise<OpenAdmin | null>>('admin')
export const DENDRITE = token<Promise<Dendrite>>('dendrite')

function token<T>(name: string): Token<T> {
  return Symbol.for(`bittensor-miner/${name}`)
}
