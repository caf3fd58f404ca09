import type { Scope } from '../app/scope.js'
import { MINER } from '../app/tokens.js'
import { abortable } from '../async/abortable.js'
import type { Miner } from '../plugin/miner.js'

/**
 * Builds the miner of a run, and waits until it is ready.
 *
 * @throws the signal's reason · whatever the miner throws
 */
export async function readyMiner(scope: Scope, signal: AbortSignal): Promise<Miner> {
  const miner = await abortable(scope.resolve(MINER), signal)
  await abortable(Promise.resolve(miner.ready?.()), signal)
  return miner
}
