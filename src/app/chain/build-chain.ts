import type { Chain } from '../../chain/chain.js'
import { ConfigError } from '../../config/config-error.js'
import { valuesOf } from '../../config/configuration.js'
import type { OwnAddress } from '../../neuron/address/own-address.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'
import type { Builder } from '../scope.js'
import { hostSections } from '../settings.js'
import { CHAIN, CHAIN_FOLDER, CONFIGURATION, ENDING, HOTKEY, LOG, NEURON, PROGRESS, RESOURCES } from '../tokens.js'
import { chainLog } from './chain-log.js'
import { networkName } from './network-name.js'
import { neuronLog } from './neuron-log.js'
import { registerCommand } from './register-command.js'

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
  const { openChainThread } = await import('../../chain/thread/open-chain-thread.js')
  return from.resolve(RESOURCES).own(openChainThread({ network, endpoints, onEvent: chainLog(from.resolve(LOG)) }))
}

/**
 * Begins the life of the hotkey on its subnet: its registration and the metagraph are read when this resolves.
 *
 * @returns null without a chain
 * @throws {ChainError} or {NeuronError} when the miner cannot start
 */
export async function buildNeuron(from: Builder): Promise<NeuronLife | null> {
  const configuration = from.resolve(CONFIGURATION)
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  if (network === 'none') return null
  const [{ startNeuron }, { resolveNetwork }, { settingsRefusal }] = await Promise.all([
    import('../../neuron/start-neuron.js'),
    import('../../chain/networks.js'),
    import('./settings-refusal.js'),
  ])
  const signer = await from.resolve(HOTKEY)
  const chain = await from.resolve(CHAIN)
  using _shown = from.resolve(PROGRESS).show(`reading the subnet from ${networkName(network)}`)
  const { genesis, isLocal } = resolveNetwork(network, endpoints)
  const neuron = await startNeuron({
    chain,
    network,
    genesis,
    isLocal,
    netuid: valuesOf(configuration, hostSections.subnet).netuid,
    signer,
    folder: from.resolve(CHAIN_FOLDER),
    refreshBlocks: valuesOf(configuration, hostSections.neuron).refreshBlocks,
    maxStandingsAgeMs: valuesOf(configuration, hostSections.policy).maxStandingsAge,
    registerCommand: registerCommand(configuration),
    refusalOf: settingsRefusal(valuesOf(configuration, hostSections.policy)),
    onEvent: neuronLog(from.resolve(LOG)),
    signal: from.resolve(ENDING),
  })
  return from.resolve(RESOURCES).own(neuron)
}

/**
 * Finds the address to announce, which may take some seconds; that which the chain shows, while no service tells it.
 *
 * @returns null without a chain, and with `--no-announce`
 * @throws {NeuronError} ADDRESS_UNROUTABLE · ADDRESS_UNKNOWN
 */
export async function buildAddress(from: Builder): Promise<OwnAddress | null> {
  const configuration = from.resolve(CONFIGURATION)
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  const { announce, addressServices: services } = valuesOf(configuration, hostSections.neuron)
  if (network === 'none' || !announce) return null
  const [{ ownAddress }, { NeuronError }, { resolveNetwork }] = await Promise.all([
    import('../../neuron/address/own-address.js'),
    import('../../neuron/neuron-error.js'),
    import('../../chain/networks.js'),
  ])
  const { externalIp } = valuesOf(configuration, hostSections.axon)
  const options = { externalIp, services, allowUnroutable: resolveNetwork(network, endpoints).isLocal }
  try {
    return await ownAddress(options, from.resolve(ENDING))
  } catch (error) {
    if (!(error instanceof NeuronError && error.code === 'ADDRESS_UNKNOWN')) throw error
    // Services that are out of reach must not keep a miner from restarting that validators know already.
    const announced = (await from.resolve(NEURON))?.report().onChain
    if (!announced) throw error
    const { code, message, hint } = error
    const meanwhile = `${message}; meanwhile ${announced.ip} stays announced`
    from.resolve(LOG).warn({ event: 'addressUnknown', code, forMs: 0, message: meanwhile, hint })
    return { ip: announced.ip, find: async signal => (await ownAddress(options, signal)).ip }
  }
}
