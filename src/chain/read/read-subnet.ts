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
  const value = (...names: readonly string[]) => block.value(block.item(...names), netuid)
  const [exists, tempo, immunityPeriod, servingRateLimit, lastStep] = await Promise.all([
    value('NetworksAdded'),
    value('Tempo'),
    value('ImmunityPeriod'),
    value('ServingRateLimit'),
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
  for (const name of ['LastEpochBlock', 'LastMechansimStepBlock', 'LastMechanismStepBlock']) {
    const item = block.runtime.item(name)
    const step = item && (await block.value(item, netuid)).integer('u32', 'u64')
    if (step) return step
  }
  const since = block.runtime.item('BlocksSinceLastStep')
  const blocks = since && (await block.value(since, netuid)).integer('u32', 'u64')
  return blocks ? block.number - blocks : null
}

const MAX_NETUID = 0xffff
