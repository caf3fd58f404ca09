import type { Neuron } from '../metagraph.js'
import { axonOf } from './axon.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { Columns, epochNames, epochValues } from './columns.js'
import type { RuntimeCall } from './runtime.js'
import { named, UnexpectedShape } from './type-shape.js'

/**
 * Reads the neurons of a subnet by `get_selective_mechagraph`, the quickest way: one call, only the fields that are used,
 * in a list for each field. Runtimes have it since 2025.
 *
 * @returns null when the chain has no such subnet
 * @throws {UnexpectedShape}
 */
export async function neuronsByMechagraph(block: Block, netuid: number): Promise<Neuron[] | null> {
  const call = block.runtime.call('SubnetInfoRuntimeApi', 'get_selective_mechagraph')
  if (!call) throw new UnexpectedShape('the runtime has no get_selective_mechagraph')
  const [graph, validatorTrust] = await Promise.all([
    selected(block, call, netuid),
    block.optional('ValidatorTrust', netuid), // no field of the mechagraph
  ])
  if (graph.isAbsent) return null
  if (graph.field('netuid').integer('u16') !== netuid) throw new UnexpectedShape('the mechagraph is of another subnet')
  const hotkeys = graph.field('hotkeys').accounts()
  const columns = new Columns(
    name => (name === 'ValidatorTrust' ? validatorTrust : graph.optional(name)),
    hotkeys.length,
  )
  const whole = {
    coldkeys: columns.whole('coldkeys', answer => answer.accounts()),
    axons: columns.whole('axons', answer => answer.items().map(axonOf)),
    registeredAt: columns.whole('block_at_registration', answer => answer.integers('u32', 'u64')),
    alpha: columns.whole('alpha_stake', answer => answer.amounts()),
    tao: columns.whole('tao_stake', answer => answer.amounts()),
    total: columns.whole('total_stake', answer => answer.amounts()),
  }
  const epoch = epochValues(columns)
  return hotkeys.map((hotkey, uid) => ({
    uid,
    hotkey,
    coldkey: whole.coldkeys[uid]!,
    stakeRao: whole.total[uid]!,
    alphaRao: whole.alpha[uid]!,
    taoRao: whole.tao[uid]!,
    ...epoch(uid),
    registeredAt: whole.registeredAt[uid]!,
    axon: whole.axons[uid]!,
  }))
}

/** Every runtime so far has fields of these names, but for case, underscores and a plural s. */
const wanted = [
  'netuid',
  'hotkeys',
  'coldkeys',
  'axons',
  'block_at_registration',
  'alpha_stake',
  'tao_stake',
  'total_stake',
  ...epochNames,
]

/** A field is asked for by its number; every runtime so far numbers them in the order of the record. */
async function selected(block: Block, call: RuntimeCall, netuid: number): Promise<ChainValue> {
  const { output } = call
  if (output.kind !== 'record') throw new UnexpectedShape('the mechagraph is not a record')
  const fields = wanted.map(name => named(output.fields, name)).filter(field => field !== undefined)
  return await block.call(
    call,
    netuid,
    MAIN_MECHANISM,
    fields.map(field => output.fields.indexOf(field)),
  )
}

/** Subnets may have further ones since 2025, for which other weights are set. Stakes and permits are common to all. */
const MAIN_MECHANISM = 0
