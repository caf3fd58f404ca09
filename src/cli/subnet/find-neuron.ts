import { ChainError } from '../../chain/chain-error.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'

/** Returns the neuron of a hotkey. @throws {ChainError} NOT_REGISTERED */
export function findNeuron({ neurons, subnet }: Metagraph, hotkey: string): Neuron {
  const neuron = neurons.find(one => one.hotkey === hotkey)
  if (neuron) return neuron
  throw new ChainError('NOT_REGISTERED', `the hotkey ${hotkey} is not registered on subnet ${subnet.netuid}`, {
    hint: 'name another subnet with --netuid',
  })
}
