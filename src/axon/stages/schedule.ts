import type { FirstWords } from '../state/first-words.js'
import type { Place, Scheduler } from '../state/scheduler.js'
import type { Holder } from '../state/shares.js'
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
  /** what a stranger is counted by */
  readonly network: Holder
  /** epoch milliseconds */
  readonly deadline: number
  readonly signal: AbortSignal
}

/**
 * Waits for a place, for a route that takes one: by the priority that the miner gives the call, then by the caller's share. Strangers wait behind all
 * others. A call whose answer would begin too late is refused, before it waits and when it has. But each caller may always have
 * one question asked, so that its time tells how fast the model is now: unless that question has waited, and the caller's own
 * latest one tells that it is too late.
 *
 * @throws {Refusal} QUEUE_FULL · DEADLINE_TOO_NEAR
 * @throws the signal's reason
 */
export async function schedule(
  axon: Schedule,
  request: Request,
  { id, network, deadline, signal }: How,
): Promise<Place> {
  const { scheduler, firstWords } = axon
  const { isStranger, route } = request.call
  const asked = isStranger ? 0 : priorityOf(axon, request, id)
  const priority = typeof asked === 'number' ? asked : await asked
  const caller = callerOf(request.call, network)
  const requireTime = () => firstWords.requireTime(route, caller, deadline - axon.now())
  if (scheduler.heldBy(caller) > 0) requireTime()
  const weight = weightOf(request.call, axon.weights)
  const placed = scheduler.place(signal, { caller, isStranger, priority, weight, deadline, route })
  if (!(placed instanceof Promise)) return placed
  const place = await placed
  try {
    if (scheduler.heldBy(caller) > 1 || firstWords.latest(route, caller) !== null) requireTime()
    return place
  } catch (error) {
    place.giveBack()
    throw error
  }
}

/** What a call is counted by where callers share places: its hotkey, or for a stranger its network. */
export function callerOf({ isStranger, hotkey }: VerifiedCall, network: Holder): string {
  return isStranger || hotkey === null ? network.name : hotkey
}

/** Strangers have one weight: anyone can make hotkeys. */
function weightOf({ isStranger, isAllowed, hotkey, stakeRao }: VerifiedCall, weights: Weights): number {
  if (isStranger || hotkey === null) return 1
  return isAllowed && stakeRao === 0n ? weights.median : weights.ofStake(hotkey, stakeRao)
}
