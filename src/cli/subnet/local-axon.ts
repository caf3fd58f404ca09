import { hostSections } from '../../app/settings.js'
import type { ServingState } from '../../app/state/serving-state.js'
import { resolveNetwork } from '../../chain/networks.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { ownAddress } from '../../neuron/address/own-address.js'

/**
 * Returns the address under which validators reach this machine, as `miner serve` finds it.
 *
 * @throws {NeuronError} ADDRESS_UNROUTABLE · ADDRESS_UNKNOWN
 */
export async function localIp(configuration: Configuration, signal: AbortSignal): Promise<string> {
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  const { externalIp } = valuesOf(configuration, hostSections.axon)
  const { addressServices: services } = valuesOf(configuration, hostSections.neuron)
  const allowUnroutable = resolveNetwork(network, endpoints).isLocal
  return (await ownAddress({ externalIp, services, allowUnroutable }, signal)).ip
}

/**
 * Returns the port under which validators reach the axon.
 *
 * @param running the state of a `miner serve` that runs
 * @returns null when `miner serve` would pick a free one
 */
export function localPort(configuration: Configuration, running: ServingState | null): number | null {
  const { port, externalPort } = valuesOf(configuration, hostSections.axon)
  return externalPort ?? running?.port ?? (port || null)
}
