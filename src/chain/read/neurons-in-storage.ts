import type { Neuron } from '../metagraph.js'
import { axonOf } from './axon.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { Columns } from './columns.js'
import { stakesAt } from './stakes.js'
import { UnexpectedShape } from './type-shape.js'

/**
 * Reads the neurons of a subnet from the storage, for runtimes whose calls give nothing that can be read.
 *
 * @returns empty also when the chain has no such subnet
 * @throws {UnexpectedShape}
 */
export async function neuronsInStorage(block: Block, netuid: number): Promise<Neuron[]> {
  const [count, keys, axons, ...lists] = await Promise.all([
    block.value('SubnetworkN', netuid),
    block.entries('Keys', netuid),
    block.entries('Axons', netuid),
    ...columnNames.map(name => block.optional(name, netuid)),
  ])
  const hotkeys = inOrder(keys, count.integer('u16', 'u32'))
  const [owners, own] = await Promise.all([
    block.values(
      'Owner',
      hotkeys.map(hotkey => [hotkey]),
    ),
    ownStakes(block, netuid, hotkeys),
  ])
  const stakes = await stakesAt(block, netuid, hotkeys, own)
  const axonOfHotkey = new Map(axons.map(({ key, value }) => [key.account(), value]))
  const columns = new Columns(name => lists[columnNames.indexOf(name)] ?? null, hotkeys.length)
  const of = {
    hasPermit: columns.flags('ValidatorPermit'),
    isActive: columns.flags('Active'),
    rank: columns.sharesOrNull('Rank'),
    trust: columns.sharesOrNull('Trust'),
    validatorTrust: columns.sharesOrNull('ValidatorTrust'),
    consensus: columns.sharesOrNull('Consensus'),
    incentive: columns.shares('Incentive'),
    dividends: columns.shares('Dividends'),
    emission: columns.amounts('Emission'),
    lastUpdate: columns.integers('LastUpdate', 'u32', 'u64'),
  }
  return hotkeys.map((hotkey, uid) => {
    const axon = axonOfHotkey.get(hotkey)
    return {
      uid,
      hotkey,
      coldkey: owners[uid]!.account(),
      hasPermit: of.hasPermit(uid),
      isActive: of.isActive(uid),
      ...stakes(uid),
      rank: of.rank(uid),
      trust: of.trust(uid),
      validatorTrust: of.validatorTrust(uid),
      consensus: of.consensus(uid),
      incentive: of.incentive(uid),
      dividends: of.dividends(uid),
      emissionRao: of.emission(uid),
      lastUpdate: of.lastUpdate(uid),
      axon: axon ? axonOf(axon) : null,
    }
  })
}

const columnNames: readonly string[] = [
  'ValidatorPermit',
  'Active',
  'Rank',
  'Trust',
  'ValidatorTrust',
  'Consensus',
  'Incentive',
  'Dividends',
  'Emission',
  'LastUpdate',
]

/** @throws {UnexpectedShape} when a neuron is missing: an endpoint that lists no keys would make a subnet look empty */
function inOrder(keys: readonly { key: ChainValue; value: ChainValue }[], count: number): string[] {
  const byUid = new Map(keys.map(({ key, value }) => [key.integer('u16'), value.account()]))
  const hotkeys = Array.from({ length: count }, (_, uid) => byUid.get(uid))
  if (byUid.size !== count || hotkeys.includes(undefined))
    throw new UnexpectedShape(`Keys has ${byUid.size} neurons, and SubnetworkN ${count}`)
  return hotkeys as string[]
}

/** Alpha; before February 2025, when a subnet got its alpha, TAO. */
async function ownStakes(block: Block, netuid: number, hotkeys: readonly string[]): Promise<bigint[]> {
  const values = block.runtime.item('TotalHotkeyAlpha')
    ? block.values(
        'TotalHotkeyAlpha',
        hotkeys.map(hotkey => [hotkey, netuid]),
      )
    : block.values(
        'TotalHotkeyStake',
        hotkeys.map(hotkey => [hotkey]),
      )
  return (await values).map(value => value.bigint('u64'))
}
