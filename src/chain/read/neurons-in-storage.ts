import type { Neuron } from '../metagraph.js'
import { axonOf } from './axon.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { Columns } from './columns.js'
import { STAKE_BEFORE_ALPHA, stakesAt } from './stakes.js'
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
  const ofHotkeys = (item: string) =>
    block.values(
      item,
      hotkeys.map(hotkey => [hotkey]),
    )
  const tao = async () => (await ofHotkeys(STAKE_BEFORE_ALPHA)).map(stake => stake.bigint('u64'))
  const [owners, stakes] = await Promise.all([ofHotkeys('Owner'), stakesAt(block, netuid, hotkeys, tao)])
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
