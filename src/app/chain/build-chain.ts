import type { Chain, ChainEvent, Signer } from '../../chain/chain.js'
import { ConfigError } from '../../config/config-error.js'
import { valuesOf } from '../../config/configuration.js'
import type { Builder } from '../scope.js'
import { hostSections } from '../settings.js'
import { CHAIN, CHAIN_FOLDER, CONFIGURATION, ENDING, HOTKEY, LOG, RESOURCES } from '../tokens.js'
import { chainLog } from './chain-log.js'
import type { NeuronLife } from './neuron-life.js'

// The factories of the container for what the chain knows. Only they load the chain's client.

/**
 * Opens the chain of `subtensor.network`; the first call connects.
 *
 * @throws {ConfigError} CONFIG_INVALID when the network is `none`
 */
export async function buildChain(from: Builder): Promise<Chain> {
  const configuration = from.resolve(CONFIGURATION)
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  if (network === 'none') {
    const origin = configuration.origins.get('subtensor.network')
    const message = 'subtensor.network is none, and this needs a chain'
    const hint = 'name one with --network: finney, test, local or a URL'
    throw new ConfigError('CONFIG_INVALID', [{ code: 'RULE_BROKEN', path: 'subtensor.network', message, hint, origin }])
  }
  const { openChainThread } = await opened()
  return from.resolve(RESOURCES).own(openChainThread({ network, endpoints, onEvent: chainLog(from.resolve(LOG)) }))
}

type OpenChain = (options: {
  readonly network: string
  readonly endpoints: readonly string[]
  readonly onEvent: (event: ChainEvent) => void
}) => Chain

// Until the branches are merged: the modules are not there yet.
const opened = () =>
  import(['../../chain/thread', 'open-chain-thread.js'].join('/')) as Promise<{ openChainThread: OpenChain }>
const started = () =>
  import(['../../neuron', 'start-neuron.js'].join('/')) as Promise<{
    startNeuron(options: {
      readonly chain: Chain
      readonly netuid: number
      readonly signer: Signer & { readonly address: string }
      readonly folder: string
      readonly maxStandingsAgeMs: number
      readonly onEvent: (event: object) => void
      readonly signal: AbortSignal
    }): Promise<NeuronLife>
  }>

/**
 * Begins the life of the hotkey on its subnet: its registration and the metagraph are read when this resolves.
 *
 * @returns null without a chain
 * @throws {ChainError} or {NeuronError} when the miner cannot start
 */
export async function buildNeuron(from: Builder): Promise<NeuronLife | null> {
  const configuration = from.resolve(CONFIGURATION)
  if (valuesOf(configuration, hostSections.subtensor).network === 'none') return null
  const { startNeuron } = await started()
  const log = from.resolve(LOG)
  const neuron = await startNeuron({
    chain: await from.resolve(CHAIN),
    netuid: valuesOf(configuration, hostSections.subnet).netuid,
    signer: await from.resolve(HOTKEY),
    folder: from.resolve(CHAIN_FOLDER),
    maxStandingsAgeMs: valuesOf(configuration, hostSections.policy).maxStandingsAge,
    onEvent: event => log.info(event),
    signal: from.resolve(ENDING),
  })
  return from.resolve(RESOURCES).own(neuron)
}
