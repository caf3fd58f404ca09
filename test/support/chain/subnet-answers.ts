import { Bytes, type Codec } from '@polkadot-api/substrate-bindings'
import { type BlockState, perSubnet } from './block-state.ts'
import { type Decoded, type Runtime, runtimeOf } from './runtime.ts'
import type { SourceNeuron, SourceSubnet } from './source-subnet.ts'

/** Encodes the answer of `NeuronInfoRuntimeApi.get_neurons_lite`; without neurons where the subnet does not exist. */
export function neuronsLite({ runtime }: BlockState, subnet: SourceSubnet | undefined): Uint8Array {
  return subnet ? encodedNeurons(runtime, subnet) : answerForm(runtime, ...LITE).enc([])
}

/** Encodes the answer of `SubnetInfoRuntimeApi.get_subnet_state`. */
export function subnetState({ runtime }: BlockState, subnet: SourceSubnet | undefined): Uint8Array {
  return subnet ? encodedState(runtime, subnet) : answerForm(runtime, ...STATE).enc(undefined)
}

/**
 * Encodes the answer of `SubnetInfoRuntimeApi.get_selective_mechagraph` and of its older form, `get_selective_metagraph`.
 *
 * @param indexes the fields to tell, by their place in the answer (`SelectiveMetagraphIndex` of subtensor has that order)
 */
export function selectiveGraph(
  { runtime, number }: BlockState,
  method: string,
  subnet: SourceSubnet | undefined,
  indexes: readonly number[],
): Uint8Array {
  const { value: codec } = runtime.codecs.buildRuntimeCall('SubnetInfoRuntimeApi', method)
  if (!subnet) return codec.enc(undefined)
  const all: Record<string, unknown> = graphOf(subnet, number)
  const names = fieldsOf(runtime, method)
  const asked = indexes.map(index => names[index]).filter(name => name !== undefined)
  return codec.enc({ netuid: subnet.netuid, ...Object.fromEntries(asked.map(name => [name, all[name]])) })
}

const LITE = ['NeuronInfoRuntimeApi', 'get_neurons_lite'] as const
const STATE = ['SubnetInfoRuntimeApi', 'get_subnet_state'] as const

const encodedNeurons = perSubnet((runtime, subnet) =>
  answerForm(runtime, ...LITE).enc(subnet.neurons.map((neuron, uid) => liteOf(subnet, neuron, uid))),
)
const encodedState = perSubnet((runtime, subnet) => answerForm(runtime, ...STATE).enc(stateOf(subnet)))

/**
 * The codec of an answer: by the runtime's metadata where that has it typed. Runtimes until 232 wrap the answer as
 * `Vec<u8>`, in the layout that was typed later; byte for byte the same as what the code of runtime 103 answers. They
 * encode a state without an `Option` around it, and a missing one as no bytes (opentensor/subtensor
 * runtime/src/lib.rs, 0f50a0ae1).
 */
function answerForm(runtime: Runtime, api: string, method: string): Pick<Codec<Decoded>, 'enc'> {
  if (runtime.version.spec_version >= 240) return runtime.answerCodec(api, method)!
  const typed = runtimeOf(240).answerCodec(api, method)!
  const opaque = Bytes()
  const isOptional = method === 'get_subnet_state'
  const inner = (value: unknown) => {
    if (!isOptional) return typed.enc(value)
    return value === undefined ? new Uint8Array() : typed.enc(value).subarray(1)
  }
  return { enc: (value: unknown) => opaque.enc(inner(value)) }
}

/** `NeuronInfoLite` of subtensor's pallets/subtensor/src/rpc_info/neuron_info.rs. */
function liteOf({ netuid }: SourceSubnet, neuron: SourceNeuron, uid: number) {
  return {
    hotkey: neuron.hotkey,
    coldkey: neuron.coldkey,
    uid,
    netuid,
    active: neuron.isActive,
    axon_info: neuron.axon,
    prometheus_info: neuron.prometheus,
    stake: neuron.stakes,
    rank: neuron.rank,
    emission: neuron.emission,
    incentive: neuron.incentive,
    consensus: neuron.consensus,
    trust: neuron.trust,
    validator_trust: neuron.validatorTrust,
    dividends: neuron.dividends,
    last_update: BigInt(neuron.lastUpdate),
    validator_permit: neuron.hasPermit,
    pruning_score: neuron.pruningScore,
  }
}

/** `SubnetState` of subtensor's pallets/subtensor/src/rpc_info/show_subnet.rs. */
function stateOf(subnet: SourceSubnet) {
  return { emission_history: [], ...subnet.more, netuid: subnet.netuid, ...columnsOf(subnet.neurons) }
}

/** `SelectiveMetagraph` of subtensor's pallets/subtensor/src/rpc_info/metagraph.rs, every field told. */
function graphOf(subnet: SourceSubnet, block: number) {
  const { neurons } = subnet
  return {
    identities: neurons.map(() => undefined),
    tao_dividends_per_hotkey: neurons.map(({ hotkey }) => [hotkey, 0n]),
    alpha_dividends_per_hotkey: neurons.map(({ hotkey }) => [hotkey, 0n]),
    validators: neurons.flatMap(({ hasPermit }, uid) => (hasPermit ? [uid] : [])),
    commitments: [],
    ...subnet.more,
    ...columnsOf(neurons),
    block: BigInt(block),
    tempo: subnet.tempo,
    last_step: BigInt(subnet.lastStep),
    blocks_since_last_step: BigInt(block - subnet.lastStep),
    immunity_period: subnet.immunityPeriod,
    serving_rate_limit: BigInt(subnet.servingRateLimit),
    num_uids: neurons.length,
    axons: neurons.map(({ axon }) => axon),
  }
}

/** What both answers tell of the neurons, in columns. */
function columnsOf(neurons: readonly SourceNeuron[]) {
  return {
    hotkeys: neurons.map(({ hotkey }) => hotkey),
    coldkeys: neurons.map(({ coldkey }) => coldkey),
    active: neurons.map(({ isActive }) => isActive),
    validator_permit: neurons.map(({ hasPermit }) => hasPermit),
    pruning_score: neurons.map(({ pruningScore }) => pruningScore),
    last_update: neurons.map(({ lastUpdate }) => BigInt(lastUpdate)),
    emission: neurons.map(({ emission }) => emission),
    dividends: neurons.map(({ dividends }) => dividends),
    incentives: neurons.map(({ incentive }) => incentive),
    consensus: neurons.map(({ consensus }) => consensus),
    trust: neurons.map(({ trust }) => trust),
    rank: neurons.map(({ rank }) => rank),
    block_at_registration: neurons.map(({ registeredAt }) => BigInt(registeredAt)),
    alpha_stake: neurons.map(({ alphaStake }) => alphaStake),
    tao_stake: neurons.map(({ taoStake }) => taoStake),
    total_stake: neurons.map(({ totalStake }) => totalStake),
  }
}

/** The names of an answer's fields, in their order. */
function fieldsOf(runtime: Runtime, method: string): string[] {
  const api = runtime.unified.apis.find(({ name }) => name === 'SubnetInfoRuntimeApi')!
  const answer = runtime.lookup(api.methods.find(({ name }) => name === method)!.output)
  if (answer.type !== 'option' || answer.value.type !== 'struct') throw new Error(`${method} has an unknown shape`)
  return Object.keys(answer.value.value)
}
