import { Binary, Blake2256 } from '@polkadot-api/substrate-bindings'
import { encodeAddress } from '#dist/keys/ss58.js'
import type { SourceSubnet } from './source-subnet.ts'
import { type NeuronOf, neuronOf } from './subnet-of.ts'

/** The subnet with one more neuron, which has the next uid. */
export function withNeuron(subnet: SourceSubnet, neuron: NeuronOf): SourceSubnet {
  return { ...subnet, neurons: [...subnet.neurons, neuronOf(neuron)] }
}

/**
 * The subnet with an unknown hotkey in a neuron's place, as the chain replaces it: without permit, stake and axon.
 *
 * @param block at which the unknown one is registered
 */
export function withoutHotkey(subnet: SourceSubnet, hotkey: string, block: number): SourceSubnet {
  const newcomer = neuronOf({ hotkey: encodeAddress(Blake2256(Binary.fromText(hotkey))), registeredAt: block })
  return { ...subnet, neurons: subnet.neurons.map(neuron => (neuron.hotkey === hotkey ? newcomer : neuron)) }
}

/** The subnet in which no neuron may act as a validator. */
export function withoutPermits(subnet: SourceSubnet): SourceSubnet {
  return { ...subnet, neurons: subnet.neurons.map(neuron => ({ ...neuron, hasPermit: false })) }
}

/** The subnet as it is before the first registration. */
export function withoutNeurons(subnet: SourceSubnet): SourceSubnet {
  return { ...subnet, neurons: [] }
}
