import type { ChainNode } from '../chain-node.js'
import type { Metagraph, Neuron } from '../metagraph.js'
import { atFinalised, type Block } from './block.js'
import { neuronsByMechagraph } from './mechagraph.js'
import { neuronsInStorage } from './neurons-in-storage.js'
import { neuronsByLite } from './neurons-lite.js'
import { blockTime } from './read-head.js'
import { checkNetuid, subnetAt, subnetUnknown } from './read-subnet.js'
import { UnexpectedShape } from './type-shape.js'

/**
 * Reads a whole subnet at the latest finalised block.
 *
 * @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED · what polkadot-api throws when the connection fails · the
 *   signal's reason
 */
export async function readMetagraph(
  node: ChainNode,
  netuid: number,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<Metagraph> {
  checkNetuid(netuid)
  return await atFinalised(node, signal, async block => {
    const [subnet, neurons, genesis, blockAt] = await Promise.all([
      subnetAt(block, netuid),
      neuronsAt(block, netuid),
      block.genesis(),
      blockTime(block),
    ])
    checkNeurons(neurons)
    const { specVersion } = block.runtime
    return { genesis, specVersion, block: block.number, blockAt, readAt: now(), subnet, neurons }
  })
}

/** Takes the first way that gives something which can be read. */
async function neuronsAt(block: Block, netuid: number): Promise<Neuron[]> {
  const problems: Error[] = []
  for (const way of [neuronsByMechagraph, neuronsByLite, neuronsInStorage])
    try {
      const neurons = await way(block, netuid)
      if (!neurons) throw subnetUnknown(netuid)
      return neurons
    } catch (error) {
      if (!isOfTheRuntime(error)) throw error
      problems.push(error)
    }
  const failed = problems.find(problem => !(problem instanceof UnexpectedShape))
  throw failed ?? new UnexpectedShape(problems.map(({ message }) => message).join('; '), { cause: problems })
}

/**
 * Refuses what no chain holds: a wrong endpoint must neither fill the memory and the disk, nor have a hotkey stand for two
 * neurons.
 */
function checkNeurons(neurons: readonly Neuron[]): void {
  if (neurons.length > MOST_NEURONS) throw new UnexpectedShape(`the subnet has ${neurons.length} neurons`)
  const hotkeys = new Set(neurons.map(({ hotkey }) => hotkey))
  if (hotkeys.size < neurons.length) throw new UnexpectedShape('the subnet has two neurons of one hotkey')
}

/** A subnet has 256 to 4,096. */
const MOST_NEURONS = 10_000

/** A shape that is not understood, or a call that the runtime does not have or fails in; not a failing connection. */
function isOfTheRuntime(error: unknown): error is Error {
  return (
    error instanceof Error && (error instanceof UnexpectedShape || ['OperationError', 'RpcError'].includes(error.name))
  )
}
