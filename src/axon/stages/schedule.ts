import type { Place, Scheduler } from '../state/scheduler.js'
import { type HookContext, priorityOf } from './miner-hooks.js'
import type { Request } from './read.js'

/**
 * Waits for a place: by the priority that the miner gives the call, then by the stake of the caller. Strangers wait
 * behind all others.
 *
 * @returns null on a route that takes no place
 * @throws {Refusal} QUEUE_FULL
 * @throws the signal's reason
 */
export async function schedule(
  axon: HookContext & { readonly scheduler: Scheduler },
  request: Request,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<Place | null> {
  const { isStranger, stakeRao, route } = request.call
  const { queue } = route
  const priority = isStranger ? 0 : await priorityOf(axon, request, id)
  if (queue === false) return null
  return axon.scheduler.place(signal, { priority, stakeRao, isStranger, ...(queue !== undefined && { queue }) })
}
