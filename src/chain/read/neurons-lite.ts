import type { Neuron } from '../metagraph.js'
import { axonOf } from './axon.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { share } from './columns.js'
import { decodeOpaque, unwrapBytes } from './opaque.js'
import { stakesAt } from './stakes.js'
import { compact, isOpaque, record, type TypeShape, UnexpectedShape } from './type-shape.js'

const NAME = 'get_neurons_lite'

/**
 * Reads the neurons of a subnet by `get_neurons_lite`, which every runtime has, and their stakes beside it.
 *
 * @returns empty also when the chain has no such subnet
 * @throws {UnexpectedShape}
 */
export async function neuronsByLite(block: Block, netuid: number): Promise<Neuron[]> {
  const rows = (await liteAt(block, netuid)).items()
  const hotkeys = rows.map((row, uid) => checkedHotkey(row, uid, netuid))
  const stakes = await stakesAt(block, netuid, hotkeys, () => rows.map(sumOfStakes))
  return rows.map((row, uid) => ({
    uid,
    hotkey: hotkeys[uid]!,
    coldkey: row.field('coldkey').account(),
    hasPermit: row.field('validator_permit').flag(),
    isActive: row.field('active').flag(),
    ...stakes(uid),
    rank: shareOrNull(row, 'rank'),
    trust: shareOrNull(row, 'trust'),
    validatorTrust: shareOrNull(row, 'validator_trust'),
    consensus: shareOrNull(row, 'consensus'),
    incentive: share(row.field('incentive').integer('u16')),
    dividends: share(row.field('dividends').integer('u16')),
    emissionRao: row.field('emission').bigint('u64'),
    lastUpdate: row.field('last_update').integer('u32', 'u64'),
    axon: axonOf(row.field('axon_info')),
  }))
}

function checkedHotkey(row: ChainValue, uid: number, netuid: number): string {
  if (row.field('uid').integer('u16') !== uid) throw new UnexpectedShape(`${NAME} has other uids than 0, 1, 2, …`)
  if (row.field('netuid').integer('u16') !== netuid) throw new UnexpectedShape(`${NAME} is of another subnet`)
  return row.field('hotkey').account()
}

function sumOfStakes(row: ChainValue): bigint {
  const stakes = row.field('stake').items()
  return stakes.reduce((sum, stake) => sum + stake.member(1).bigint('u64'), 0n)
}

function shareOrNull(row: ChainValue, name: string): number | null {
  const value = row.optional(name)
  return value && share(value.integer('u16'))
}

/** Typed since early 2025; before that, bytes in which the same record is encoded. V14 metadata does not even say that. */
async function liteAt(block: Block, netuid: number): Promise<ChainValue> {
  const call = block.runtime.call('NeuronInfoRuntimeApi', NAME)
  if (call && !isOpaque(call.output)) return await block.call(call, netuid)
  if (!call && block.runtime.describesCalls) throw new UnexpectedShape(`the runtime has no ${NAME}`)
  const bytes = call
    ? (await block.call(call, netuid)).bytes()
    : unwrapBytes(await block.rawCall(`NeuronInfoRuntimeApi_${NAME}`, Uint8Array.of(netuid & 0xff, netuid >> 8)), NAME)
  // the storage has the same records of axon and prometheus, whose order differs between old branches
  const neuron = liteShape(block.item('Axons').value, block.item('Prometheus').value)
  return decodeOpaque({ kind: 'list', of: neuron }, bytes.length > 0 ? bytes : EMPTY_LIST, NAME)
}

/**
 * The record of the runtimes whose metadata does not describe it.
 *
 * @see opentensor/subtensor pallets/subtensor/src/rpc_info/neuron_info.rs `NeuronInfoLite`
 */
function liteShape(axon: TypeShape, prometheus: TypeShape): TypeShape {
  return record({
    hotkey: account,
    coldkey: account,
    uid: compactU16,
    netuid: compactU16,
    active: bool,
    axon_info: axon,
    prometheus_info: prometheus,
    stake: { kind: 'list', of: { kind: 'tuple', of: [account, compactU64] } },
    rank: compactU16,
    emission: compactU64,
    incentive: compactU16,
    consensus: compactU16,
    trust: compactU16,
    validator_trust: compactU16,
    dividends: compactU16,
    last_update: compactU64,
    validator_permit: bool,
    pruning_score: compactU16,
  })
}

const account: TypeShape = { kind: 'account' }
const bool: TypeShape = { kind: 'bool' }
const compactU16 = compact({ kind: 'integer', type: 'u16' })
const compactU64 = compact({ kind: 'integer', type: 'u64' })
const EMPTY_LIST = Uint8Array.of(0)
