import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { decimalAmount } from './amount.js'

/** Returns a metagraph, and the neurons of it to show, as a JSON document. Its names are API. */
export function metagraphJson(metagraph: Metagraph, neurons: readonly Neuron[]): object {
  const { subnet, genesis, specVersion, block, blockAt } = metagraph
  return {
    subnet,
    genesis,
    specVersion,
    block,
    blockAt: new Date(blockAt).toISOString(),
    neuronCount: metagraph.neurons.length,
    validatorCount: metagraph.neurons.filter(({ hasPermit }) => hasPermit).length,
    neurons: neurons.map(neuronJson),
  }
}

/** Returns a neuron as JSON: amounts are decimal texts, since a number would lose their last digits. */
export function neuronJson({
  stakeRao,
  alphaRao,
  taoRao,
  emissionRao,
  hasPermit,
  isActive,
  ...neuron
}: Neuron): object {
  const { uid, hotkey, coldkey, ...rest } = neuron
  return {
    uid,
    hotkey,
    coldkey,
    permit: hasPermit,
    active: isActive,
    stake: decimalAmount(stakeRao),
    alpha: alphaRao === null ? null : decimalAmount(alphaRao),
    tao: taoRao === null ? null : decimalAmount(taoRao),
    emission: decimalAmount(emissionRao),
    ...rest,
  }
}
