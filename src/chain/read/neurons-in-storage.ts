import type { Neuron } from '../metagraph.js'
import { axonOf } from './axon.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { Columns, epochNames, epochValues } from './columns.js'
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
    ...epochNames.map(name => block.optional(name, netuid)),
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
  const columns = new Columns(name => lists[epochNames.indexOf(name)] ?? null, hotkeys.length)
  const epoch = epochValues(columns)
  return hotkeys.map((hotkey, uid) => {
    const axon = axonOfHotkey.get(hotkey)
    return {
      uid,
      hotkey,
      coldkey: owners[uid]!.account(),
      ...stakes(uid),
      ...epoch(uid),
      axon: axon ? axonOf(axon) : null,
    }
  })
}

/** @throws {UnexpectedShape} when a neuron is missing: an endpoint that lists no keys would make a subnet look empty */
function inOrder(keys: readonly { key: ChainValue; value: ChainValue }[], count: number): string[] {
  const byUid = new Map(keys.map(({ key, value }) => [key.integer('u16'), value.account()]))
  const hotkeys = Array.from({ length: count }, (_, uid) => byUid.get(uid))
  if (byUid.size !== count || hotkeys.includes(undefined))
    throw new UnexpectedShape(`Keys has ${byUid.size} neurons, and SubnetworkN ${count}`)
  return hotkeys as string[]
}
