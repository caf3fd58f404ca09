import { decodeAddress } from '../../keys/ss58.js'
import type { Registration } from '../chain.js'
import type { ChainNode } from '../chain-node.js'
import { axonOf } from './axon.js'
import { atFinalised } from './block.js'
import { checkNetuid, subnetUnknown } from './read-subnet.js'

/**
 * Reads what the chain holds of a hotkey on a subnet, at the latest finalised block.
 *
 * @param hotkey ss58, network prefix 42
 * @returns null when the hotkey is not registered there
 * @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED · what polkadot-api throws when the connection fails · the
 *   signal's reason
 * @throws {KeyError} when the hotkey is not an address
 */
export async function readRegistration(
  node: ChainNode,
  netuid: number,
  hotkey: string,
  signal: AbortSignal,
): Promise<Registration | null> {
  checkNetuid(netuid)
  decodeAddress(hotkey)
  return await atFinalised(node, signal, async block => {
    const [exists, uidThere, permits, axon] = await Promise.all([
      block.value('NetworksAdded', netuid),
      block.value('Uids', netuid, hotkey),
      block.value('ValidatorPermit', netuid),
      block.value('Axons', netuid, hotkey),
    ])
    if (!exists.flag()) throw subnetUnknown(netuid)
    if (uidThere.isAbsent) return null
    const uid = uidThere.integer('u16', 'u32')
    const registeredAt = await block.optional('BlockAtRegistration', netuid, uid)
    return {
      uid,
      registeredAt: registeredAt?.integer('u32', 'u64') ?? null,
      // the chain's own reading: a neuron beyond the list has no permit
      hasPermit: permits.flags()[uid] ?? false,
      axon: axon.isAbsent ? null : axonOf(axon),
    }
  })
}
