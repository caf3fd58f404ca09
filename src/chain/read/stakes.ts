import type { Neuron } from '../metagraph.js'
import type { Block } from './block.js'
import type { ChainValue } from './chain-value.js'
import { Columns } from './columns.js'
import { decodeOpaque } from './opaque.js'
import { compact, isOpaque, record, type TypeShape, UnexpectedShape } from './type-shape.js'

const NAME = 'get_subnet_state'

/** The stakes of a neuron, and the block of its registration, which stands beside them. */
export type Stakes = Pick<Neuron, 'stakeRao' | 'alphaRao' | 'taoRao' | 'registeredAt'>

/**
 * Reads the stakes of a subnet's neurons.
 *
 * @param tao reads the stake of each neuron on runtimes before February 2025, on which a subnet has no alpha
 * @throws {UnexpectedShape} when the runtime has alpha, and returns no total stake
 */
export async function stakesAt(
  block: Block,
  netuid: number,
  hotkeys: readonly string[],
  tao: () => Promise<readonly bigint[]> | readonly bigint[],
): Promise<(uid: number) => Stakes> {
  if (hotkeys.length === 0) return () => ({ stakeRao: 0n, alphaRao: null, taoRao: null, registeredAt: null })
  return block.runtime.item(STAKE_BEFORE_ALPHA)
    ? await stakesBeforeAlpha(block, netuid, tao)
    : await stakesOfState(block, netuid, hotkeys)
}

/** An item that no runtime with alpha has. */
export const STAKE_BEFORE_ALPHA = 'TotalHotkeyStake'

async function stakesBeforeAlpha(
  block: Block,
  netuid: number,
  tao: () => Promise<readonly bigint[]> | readonly bigint[],
): Promise<(uid: number) => Stakes> {
  const [stakes, registeredAt] = await Promise.all([tao(), registeredAtByUid(block, netuid)])
  return uid => ({
    stakeRao: stakes[uid]!,
    alphaRao: null,
    taoRao: stakes[uid]!,
    registeredAt: registeredAt?.get(uid) ?? null,
  })
}

async function stakesOfState(
  block: Block,
  netuid: number,
  hotkeys: readonly string[],
): Promise<(uid: number) => Stakes> {
  const state = await stateAt(block, netuid, hotkeys)
  const columns = new Columns(name => state.optional(name), hotkeys.length)
  const total = columns.whole('total_stake', answer => answer.amounts())
  const alpha = columns.whole('alpha_stake', answer => answer.amounts())
  const tao = columns.whole('tao_stake', answer => answer.amounts())
  const registeredAt = columns.whole('block_at_registration', answer => answer.integers('u32', 'u64'))
  return uid => ({
    stakeRao: total[uid]!,
    alphaRao: alpha[uid]!,
    taoRao: tao[uid]!,
    registeredAt: registeredAt[uid]!,
  })
}

async function registeredAtByUid(block: Block, netuid: number): Promise<ReadonlyMap<number, number> | null> {
  if (!block.runtime.item('BlockAtRegistration')) return null
  const entries = await block.entries('BlockAtRegistration', netuid)
  return new Map(entries.map(({ key, value }) => [key.integer('u16'), value.integer('u32', 'u64')]))
}

async function stateAt(block: Block, netuid: number, hotkeys: readonly string[]): Promise<ChainValue> {
  const call = block.runtime.call('SubnetInfoRuntimeApi', NAME)
  if (!call) throw new UnexpectedShape(`the runtime has no ${NAME}, from which stakes are read`)
  const answer = await block.call(call, netuid)
  const candidates = isOpaque(call.output) ? opaqueStates(block, answer.bytes()) : [answer]
  const state = candidates.find(one => isOf(one, netuid, hotkeys))
  if (!state) throw new UnexpectedShape(`${NAME} is not of the neurons of the subnet`)
  return state
}

function isOf(state: ChainValue, netuid: number, hotkeys: readonly string[]): boolean {
  if (state.isAbsent || state.field('netuid').integer('u16') !== netuid) return false
  const theirs = state.field('hotkeys').accounts()
  return theirs.length === hotkeys.length && theirs.every((hotkey, uid) => hotkey === hotkeys[uid])
}

/** Bytes until early 2025, with the byte of `Some` on some runtimes, and without on others. */
function opaqueStates(block: Block, bytes: Uint8Array): ChainValue[] {
  // before TaoWeight, the same bytes were local stake, global stake and a weight
  if (!block.runtime.item('TaoWeight')) throw new UnexpectedShape(`${NAME} is older than TaoWeight`)
  const states: ChainValue[] = []
  for (const candidate of [bytes, ...(bytes[0] === SOME ? [bytes.subarray(1)] : [])])
    try {
      states.push(decodeOpaque(stateShape, candidate, NAME))
    } catch (error) {
      if (!(error instanceof UnexpectedShape)) throw error
    }
  return states
}

const compactU16 = compact({ kind: 'integer', type: 'u16' })
const compactU64 = compact({ kind: 'integer', type: 'u64' })
const list = (of: TypeShape): TypeShape => ({ kind: 'list', of })
const SOME = 1

/**
 * The record of the runtimes whose metadata does not describe it.
 *
 * @see opentensor/subtensor pallets/subtensor/src/rpc_info/show_subnet.rs `SubnetState`, 22bbb5c32
 */
const stateShape = record({
  netuid: compactU16,
  hotkeys: list({ kind: 'account' }),
  coldkeys: list({ kind: 'account' }),
  active: list({ kind: 'bool' }),
  validator_permit: list({ kind: 'bool' }),
  pruning_score: list(compactU16),
  last_update: list(compactU64),
  emission: list(compactU64),
  dividends: list(compactU16),
  incentives: list(compactU16),
  consensus: list(compactU16),
  trust: list(compactU16),
  rank: list(compactU16),
  block_at_registration: list(compactU64),
  alpha_stake: list(compactU64),
  tao_stake: list(compactU64),
  total_stake: list(compactU64),
  emission_history: list(list(compactU64)),
})
