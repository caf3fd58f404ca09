import { Bytes, str, Tuple, Vector } from '@polkadot-api/substrate-bindings'
import { fixture } from './fixture.ts'
import { type Decoded, runtimeOf } from './runtime.ts'
import type { SourceNeuron, SourceSubnet } from './source-subnet.ts'

/** The block at which the recording was made. */
export const RECORDED_BLOCK = 6_852_690

/** Returns the answers that finney gave, as it gave them, by method of the runtime. */
export function recordedAnswers(): ReadonlyMap<string, Uint8Array> {
  answers ??= new Map(Vector(Tuple(str, Bytes())).dec(fixture('finney-subnet1')))
  return answers
}

let answers: ReadonlyMap<string, Uint8Array> | undefined

/** Returns finney's subnet 1 as it was recorded: 1,024 neurons, 12 of them with a permit. Decoded once. */
export function recordedSubnet(): SourceSubnet {
  subnet ??= decodeRecording()
  return subnet
}

let subnet: SourceSubnet | undefined

function decodeRecording(): SourceSubnet {
  const lite = decode('NeuronInfoRuntimeApi', 'get_neurons_lite') as Decoded[]
  const state = decode('SubnetInfoRuntimeApi', 'get_subnet_state')
  const graph = decode('SubnetInfoRuntimeApi', 'get_selective_mechagraph')
  return {
    netuid: graph.netuid,
    tempo: graph.tempo,
    lastStep: Number(graph.last_step),
    immunityPeriod: graph.immunity_period,
    servingRateLimit: Number(graph.serving_rate_limit),
    neurons: lite.map(
      (neuron, uid): SourceNeuron => ({
        hotkey: neuron.hotkey,
        coldkey: neuron.coldkey,
        isActive: neuron.active,
        hasPermit: neuron.validator_permit,
        axon: neuron.axon_info,
        prometheus: neuron.prometheus_info,
        stakes: neuron.stake,
        alphaStake: state.alpha_stake[uid],
        taoStake: state.tao_stake[uid],
        totalStake: state.total_stake[uid],
        rank: neuron.rank,
        trust: neuron.trust,
        validatorTrust: neuron.validator_trust,
        consensus: neuron.consensus,
        incentive: neuron.incentive,
        dividends: neuron.dividends,
        pruningScore: neuron.pruning_score,
        emission: neuron.emission,
        lastUpdate: Number(neuron.last_update),
        registeredAt: Number(state.block_at_registration[uid]),
      }),
    ),
    more: { ...graph, emission_history: state.emission_history },
  }
}

/** The recorded answers have the layout of runtime 381. */
function decode(api: string, method: string): Decoded {
  return runtimeOf(381)
    .answerCodec(api, method)!
    .dec(recordedAnswers().get(`${api}_${method}`)!)
}
