import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import type { Subnet } from '../metagraph.js'
import { atFinalised, type Block } from './block.js'

/**
 * Reads the parameters of a subnet at the latest finalised block.
 *
 * @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED · what polkadot-api throws when the connection fails · the
 *   signal's reason
 */
export async function readSubnet(node: ChainNode, netuid: number, signal: AbortSignal): Promise<Subnet> {
  checkNetuid(netuid)
  return await atFinalised(node, signal, block => subnetAt(block, netuid))
}

/**
 * Reads the parameters of a subnet at a block.
 *
 * @throws {ChainError} SUBNET_UNKNOWN
 */
export async function subnetAt(block: Block, netuid: number): Promise<Subnet> {
  const [exists, tempo, immunityPeriod, servingRateLimit, lastStep] = await Promise.all([
    block.value('NetworksAdded', netuid),
    block.value('Tempo', netuid),
    block.value('ImmunityPeriod', netuid),
    block.value('ServingRateLimit', netuid),
    lastStepAt(block, netuid),
  ])
  if (!exists.flag()) throw subnetUnknown(netuid)
  return {
    netuid,
    tempo: tempo.integer('u16', 'u32', 'u64'),
    lastStep,
    immunityPeriod: immunityPeriod.integer('u16', 'u32', 'u64'),
    servingRateLimit: servingRateLimit.integer('u16', 'u32', 'u64'),
  }
}

/**
 * Refuses a number that no subnet can have, before polkadot-api encodes it as another one.
 *
 * @throws {ChainError} SUBNET_UNKNOWN
 */
export function checkNetuid(netuid: number): void {
  if (!Number.isInteger(netuid) || netuid < 0 || netuid > MAX_NETUID) throw subnetUnknown(netuid)
}

export function subnetUnknown(netuid: number): ChainError {
  return new ChainError('SUBNET_UNKNOWN', `the chain has no subnet ${netuid}`, { hint: 'name one with --netuid' })
}

/**
 * Reads the block from which the next epoch is counted. Runtimes since June 2026, whose tempo is dynamic, count from
 * `LastEpochBlock`; `LastMechansimStepBlock` is spelled so on the chain. A zero there means that no epoch ran yet.
 */
async function lastStepAt(block: Block, netuid: number): Promise<number | null> {
  const names = ['LastEpochBlock', 'LastMechansimStepBlock', 'LastMechanismStepBlock']
  const items = await Promise.all(names.map(name => block.optional(name, netuid)))
  const steps = items.filter(item => item !== null).map(item => item.integer('u32', 'u64'))
  if (steps.length > 0) return steps.find(step => step > 0) ?? null
  const since = await block.optional('BlocksSinceLastStep', netuid)
  return since && block.number - since.integer('u32', 'u64')
}

const MAX_NETUID = 0xffff
