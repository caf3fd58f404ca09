import * as z from 'zod'
import { abortable } from '../../async/abortable.js'
import type { Check, CheckHow, Miner } from '../miner.js'
import { contractError } from './contract-error.js'

/**
 * Runs a miner's check without trusting it: the signal ends the wait.
 *
 * @param how.onCheck called only before the signal aborts, with results that their type allows
 * @returns a result for each of the miner's sources of answers; empty when the miner has no check
 * @throws {NoAnswer} MINER_MISBEHAVES when it returns what its type does not allow
 * @throws the signal's reason · whatever the miner throws
 */
export async function checkMiner(miner: Miner, signal: AbortSignal, how: CheckHow = {}): Promise<readonly Check[]> {
  signal.throwIfAborted()
  const onCheck = (reported: Check) => {
    const one = checks.element.safeParse(reported)
    if (one.success && !signal.aborted) how.onCheck?.(one.data)
  }
  const checking = miner.check?.(signal, { ...how, ...(how.onCheck && { onCheck }) })
  const found = checks.safeParse(await abortable(Promise.resolve(checking ?? []), signal))
  if (found.success) return found.data
  throw contractError('miner', 'the miner returned an invalid check', 'return [{ name, findings }] from check')
}

const checks = z.array(
  z.object({
    name: z.string(),
    findings: z.record(z.string(), z.union([z.boolean(), z.number(), z.null()])),
    notes: z.array(z.string()).exactOptional(),
    concurrency: z.int().min(1).exactOptional(),
    problem: z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() }).exactOptional(),
  }),
)
