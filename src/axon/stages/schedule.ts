import type { FirstWords } from '../state/first-words.js'
import type { Place, Scheduler, Wish } from '../state/scheduler.js'
import { networkOf } from '../state/shares.js'
import type { Weights } from '../state/weights.js'
import { type HookContext, priorityOf } from './miner-hooks.js'
import type { Request } from './read.js'
import type { VerifiedCall } from './verify.js'

type Schedule = HookContext & {
  readonly scheduler: Scheduler
  readonly weights: Weights
  readonly firstWords: FirstWords
  /** epoch milliseconds */
  readonly now: () => number
}

type How = {
  readonly id: string
  /** the caller's, whose network strangers are counted by */
  readonly address: string
  /** epoch milliseconds */
  readonly deadline: number
  readonly signal: AbortSignal
}

/**
 * Waits for a place, for a route that takes one: by the priority that the miner gives the call, then by the caller's share. Strangers wait behind all
 * others. A call whose answer would begin too late is refused, before it waits and when it has; but while nothing else is at
 * work, it takes no place from others, and tells how fast the model is now.
 *
 * @throws {Refusal} QUEUE_FULL · DEADLINE_TOO_NEAR
 * @throws the signal's reason
 */
export async function schedule(
  axon: Schedule,
  request: Request,
  { id, address, deadline, signal }: How,
): Promise<Place> {
  const { isStranger, hotkey, route } = request.call
  const priority = isStranger ? 0 : await priorityOf(axon, request, id)
  const caller = isStranger || hotkey === null ? networkOf(address).name : hotkey
  const weight = weightOf(request.call, axon.weights)
  const queue = typeof route.queue === 'number' ? { queue: route.queue } : {}
  const wish: Wish = { caller, isStranger, priority, weight, deadline, ...queue }
  if (axon.scheduler.atWork > 0) axon.firstWords.requireTime(route, deadline - axon.now())
  const place = await axon.scheduler.place(signal, wish)
  try {
    if (axon.scheduler.atWork > 1) axon.firstWords.requireTime(route, deadline - axon.now())
    return place
  } catch (error) {
    place[Symbol.dispose]()
    throw error
  }
}

/** Strangers have one weight: anyone can make hotkeys. */
function weightOf({ isStranger, isAllowed, hotkey, stakeRao }: VerifiedCall, weights: Weights): number {
  if (isStranger || hotkey === null) return 1
  return isAllowed && stakeRao === 0n ? weights.median : weights.ofStake(hotkey, stakeRao)
}
