import type { Registration } from '../../chain/chain.js'
import type { Metagraph } from '../../chain/metagraph.js'
import { isPublicChain } from '../../chain/networks.js'
import { NeuronError } from '../neuron-error.js'

// What a node tells may be wrong without being an error: it lags behind, or has lost its data.

/** Endpoints of one chain are so far apart at most: one that is further behind is not used. */
const AGREEMENT_BLOCKS = 10

/**
 * Returns whether a head is so far behind what was read last that its node has lost its data, or follows from the
 * beginning.
 */
export function isFarBehind(last: Pick<Metagraph, 'block'> | null, block: number): boolean {
  return last !== null && block < last.block - AGREEMENT_BLOCKS
}

/**
 * Returns how a chain shows that it began anew since the last metagraph; null: it did not. Only a chain for trying things
 * out does so at another head alone: a node of a public chain on this machine may have lost its data.
 */
export function resetOf(
  last: Metagraph | null,
  { genesis, block }: Pick<Metagraph, 'genesis' | 'block'>,
  isLocal: boolean,
): string | null {
  if (last === null) return null
  if (last.genesis !== genesis) return 'it has another first block'
  const canReset = isLocal && !isPublicChain(genesis)
  return canReset && isFarBehind(last, block) ? `it is at block ${block}, and was at block ${last.block}` : null
}

/**
 * Refuses a metagraph of long ago.
 *
 * @throws {NeuronError} CHAIN_CONTRADICTORY
 */
export function requireProgress(last: Metagraph | null, { genesis, block }: Metagraph): void {
  if (last === null || last.genesis !== genesis || !isFarBehind(last, block)) return
  throw contradiction(`the chain is at block ${block}, and was at block ${last.block} before`)
}

/**
 * Refuses a metagraph that is empty, or at odds with the registration: it must not turn every validator away.
 *
 * @throws {NeuronError} CHAIN_CONTRADICTORY
 */
export function requireAgreement(hotkey: string, registration: Registration | null, metagraph: Metagraph): void {
  const { neurons, block, subnet } = metagraph
  if (neurons.length === 0) throw contradiction(`subnet ${subnet.netuid} has no neuron at block ${block}`)
  const isIn = neurons.some(neuron => neuron.hotkey === hotkey)
  if (isIn === (registration !== null)) return
  const found = isIn ? 'has the hotkey, which' : `of ${neurons.length} neurons lacks the hotkey, which`
  const message = `the metagraph of subnet ${subnet.netuid} at block ${block} ${found} the chain calls ${isIn ? 'not registered' : 'registered'}`
  throw contradiction(message)
}

function contradiction(message: string): NeuronError {
  return new NeuronError('CHAIN_CONTRADICTORY', message, {
    hint: 'wait: it is read again; if it stays so, name another endpoint first with --chain-endpoint',
  })
}
