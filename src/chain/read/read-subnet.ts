import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import type { Economy, Subnet } from '../metagraph.js'
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

/**
 * Reads what a subnet's alpha is worth, and the weights that its validators set on a neuron, at the latest finalised block.
 *
 * @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED · what polkadot-api throws when the connection fails · the
 *   signal's reason
 */
export async function readEconomy(node: ChainNode, netuid: number, uid: number, signal: AbortSignal): Promise<Economy> {
  checkNetuid(netuid)
  return await atFinalised(node, signal, async block => {
    const [exists, alphaPriceRao, weights] = await Promise.all([
      block.value('NetworksAdded', netuid),
      alphaPriceAt(block, netuid),
      weightsAt(block, netuid, uid),
    ])
    if (!exists.flag()) throw subnetUnknown(netuid)
    return { alphaPriceRao, weights }
  })
}

/**
 * The runtime's own price where it tells it, since its pool has positions (2025); before that, what the pool holds of both. A
 * subnet of mechanism 0 has no pool, and its alpha the price of a TAO.
 *
 * @see opentensor/subtensor pallets/swap-runtime-api `current_alpha_price`, in RAO for an alpha;
 *   pallets/subtensor/src/staking/stake_utils.rs `get_alpha_price` before it
 */
async function alphaPriceAt(block: Block, netuid: number): Promise<bigint | null> {
  if (!block.runtime.item('SubnetAlphaIn')) return null
  const call = block.runtime.call('SwapRuntimeApi', 'current_alpha_price')
  if (call) return (await block.call(call, netuid)).bigint('u64')
  const [mechanism, tao, alpha] = await Promise.all([
    block.optional('SubnetMechanism', netuid),
    block.value('SubnetTAO', netuid),
    block.value('SubnetAlphaIn', netuid),
  ])
  const alphaIn = alpha.bigint('u64')
  if (mechanism?.integer('u16') === 0) return ONE
  return alphaIn === 0n ? 0n : (tao.bigint('u64') * ONE) / alphaIn
}

/** Weights are numbers whose sum is not fixed, so that each is read as a part of its validator's sum. */
async function weightsAt(block: Block, netuid: number, uid: number): Promise<Economy['weights']> {
  const entries = await block.entries('Weights', netuid)
  return entries.flatMap(({ key, value }) => {
    const weights = value.items().map(one => [one.member(0).integer('u16'), one.member(1).integer('u16')] as const)
    const sum = weights.reduce((total, [, weight]) => total + weight, 0)
    const own = weights.find(([to]) => to === uid)?.[1] ?? 0
    return own > 0 ? [{ uid: key.integer('u16'), share: own / sum }] : []
  })
}

const MAX_NETUID = 0xffff
/** An alpha at the price of a TAO. */
const ONE = 1_000_000_000n
