import * as z from 'zod'
import { abortable } from '../../async/abortable.js'
import type { Diagnosis, Miner } from '../miner.js'
import { contractError } from './contract-error.js'

/**
 * Asks a miner what it found of its surroundings, without trusting it: the signal ends the wait.
 *
 * @returns empty when the miner has no method `diagnose`
 * @throws {NoAnswer} MINER_MISBEHAVES when it returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function diagnoseMiner(miner: Miner, signal: AbortSignal): Promise<readonly Diagnosis[]> {
  signal.throwIfAborted()
  if (!miner.diagnose) return []
  const found = diagnoses.safeParse(await abortable(Promise.resolve(miner.diagnose(signal)), signal))
  if (found.success) return found.data
  const hint = 'return [{ name, verdict, message }] from diagnose'
  throw contractError('miner', 'the miner returned an invalid diagnosis', hint)
}

const diagnoses = z.array(
  z.object({
    name: z.string().min(1).max(60),
    verdict: z.enum(['ok', 'warning', 'fault', 'unknown']),
    message: z.string(),
    how: z.string().exactOptional(),
    hint: z.string().exactOptional(),
  }),
)
