import * as z from 'zod'
import { abortable } from '../../async/abortable.js'
import type { Miner, ModelList } from '../miner.js'
import { contractError } from './contract-error.js'

/**
 * Asks a miner for the models that it may use, without trusting it: the signal ends the wait.
 *
 * @returns a list for each of the miner's sources of answers; null when the miner has no method `models`
 * @throws {NoAnswer} MINER_MISBEHAVES when it returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function listModels(miner: Miner, signal: AbortSignal): Promise<readonly ModelList[] | null> {
  signal.throwIfAborted()
  if (!miner.models) return null
  const found = lists.safeParse(await abortable(Promise.resolve(miner.models(signal)), signal))
  if (found.success) return found.data
  const hint = 'return [{ name, models: [{ id, configured }] }] from models'
  throw contractError('miner', 'the miner returned an invalid list of models', hint)
}

const lists = z.array(
  z.object({
    name: z.string(),
    configured: z.string().exactOptional(),
    models: z.array(z.object({ id: z.string(), configured: z.boolean() })),
    notes: z.array(z.string()).exactOptional(),
    problem: z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() }).exactOptional(),
  }),
)
