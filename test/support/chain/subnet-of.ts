import { encodeAddress } from '#dist/keys/ss58.js'
import { RECORDED_BLOCK, recordedSubnet } from './recorded-subnet.ts'
import {
  noAxon,
  noPrometheus,
  type SourceAxon,
  type SourceNeuron,
  type SourceSubnet,
  totalStake,
} from './source-subnet.ts'

/** What a test says of a neuron; the rest is ordinary. */
export type NeuronOf = Partial<Omit<SourceNeuron, 'stakes' | 'totalStake' | 'axon'>> & {
  readonly hotkey: string
  /** alpha, in RAO; overrides `alphaStake` and makes all of the stake */
  readonly stake?: bigint
  readonly axon?: Partial<SourceAxon>
}

/** Makes a subnet of the neurons named, in the order of their uid. */
export function subnetOf(neurons: readonly NeuronOf[], subnet: Partial<SourceSubnet> = {}): SourceSubnet {
  return {
    netuid: 1,
    tempo: 99,
    lastStep: RECORDED_BLOCK - 93,
    immunityPeriod: 7200,
    servingRateLimit: 50,
    neurons: neurons.map(neuronOf),
    more: ordinaryFields(),
    ...subnet,
  }
}

/** Completes a neuron. */
export function neuronOf({ axon, stake, ...neuron }: NeuronOf): SourceNeuron {
  const alphaStake = stake ?? neuron.alphaStake ?? 0n
  const coldkey = neuron.coldkey ?? encodeAddress(new Uint8Array(32).fill(7))
  const total = totalStake(alphaStake, neuron.taoStake ?? 0n)
  return {
    isActive: true,
    hasPermit: false,
    prometheus: noPrometheus,
    taoStake: 0n,
    rank: 0,
    trust: 0,
    validatorTrust: 0,
    consensus: 0,
    incentive: 0,
    dividends: 0,
    pruningScore: 65535,
    emission: 0n,
    lastUpdate: RECORDED_BLOCK - 1000,
    registeredAt: RECORDED_BLOCK - 100_000,
    ...neuron,
    coldkey,
    alphaStake,
    stakes: [[coldkey, total]],
    totalStake: total,
    axon: axon ? { ...anyAxon, ...axon } : noAxon,
  }
}

const anyAxon: SourceAxon = { ...noAxon, block: BigInt(RECORDED_BLOCK - 5000), port: 8091, ip_type: 4, protocol: 4 }

/** The fields of a mechagraph that no test has asked for: as recorded, without those that go by neuron. */
function ordinaryFields(): SourceSubnet['more'] {
  const byNeuron = [
    'identities',
    'tao_dividends_per_hotkey',
    'alpha_dividends_per_hotkey',
    'validators',
    'commitments',
    'emission_history',
  ]
  return Object.fromEntries(Object.entries(recordedSubnet().more).filter(([name]) => !byNeuron.includes(name)))
}
