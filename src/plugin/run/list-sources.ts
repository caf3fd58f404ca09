import * as z from 'zod'
import type { Miner } from '../miner.js'
import type { ModelSource } from '../money/spending.js'
import { contractError } from './contract-error.js'

/**
 * Asks a miner which models it may ask, without trusting it.
 *
 * @returns empty when it does not tell
 * @throws {NoAnswer} MINER_MISBEHAVES when it returns what its type does not allow
 * @throws whatever the miner throws
 */
export function listSources(miner: Miner): readonly ModelSource[] {
  const found = list.safeParse(miner.sources ? miner.sources() : [])
  if (found.success) return found.data
  const { path, message } = found.error.issues[0]!
  const hint = 'return [{ endpoint, model, host, hasOtherTier, addedTokens, completionTokens }] from sources'
  throw contractError('miner', `the miner returned an invalid list of sources: ${path.join('.')}: ${message}`, hint)
}

const tokens = () => z.int().min(0)
const list = z.array(
  z.object({
    endpoint: z.string(),
    model: z.string(),
    host: z.string(),
    hasOtherTier: z.boolean(),
    addedTokens: tokens(),
    completionTokens: tokens().nullable(),
    answers: z.int().min(1).exactOptional(),
  }),
)
