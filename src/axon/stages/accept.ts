import { Refusal } from '../../wires/refusal.js'
import { blacklistVerdict, type HookContext } from './miner-hooks.js'
import type { Request } from './read.js'

/**
 * Lets the miner's `blacklist` hook refuse the call, where the route has rules. A hook that fails is ignored.
 *
 * @throws {Refusal} BLACKLISTED
 */
export async function accept(axon: HookContext, request: Request, id: string): Promise<void> {
  if (request.call.route.rules === false) return
  const verdict = await blacklistVerdict(axon, request, id)
  if (verdict?.allow === false) throw new Refusal('BLACKLISTED', verdict.reason)
}
