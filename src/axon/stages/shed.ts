import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import type { Head } from '../../wires/wire.js'
import type { LoopDelay } from '../state/loop-delay.js'
import type { Weights } from '../state/weights.js'
import { isPermitted, type Screened } from './screen.js'

/** What decides whether new work is taken. */
export type Shedding = {
  readonly loopDelay: Pick<LoopDelay, 'ms'>
  /** the delay at which strangers are refused */
  readonly loopDelayLimitMs: number
  readonly weights: Weights
}

/** How late the event loop is, and whose requests are refused for that. */
export type Overload = {
  readonly loopDelayMs: number
  readonly sheds: 'strangers' | 'unpermitted' | 'byStake'
}

/**
 * Refuses new work while the event loop is late, before its signature is verified: strangers from the limit on, hotkeys without
 * a validator permit from twice the limit on, and from three times on by stake. Then half of the hotkeys are refused, those
 * with the least stake, from four times on three quarters, and so on. A hotkey that is allowed by name needs no permit, and
 * counts by the median. Routes that take no place, as the ping, are always answered.
 *
 * @throws {Refusal} OVERLOADED
 */
export function shed(shedding: Shedding, screened: Screened, route: Route): void {
  if (route.queue === false) return
  const step = stepOf(shedding)
  if (step < 1) return
  const isShed =
    screened.isStranger ||
    (step >= 2 && !isPermitted(screened)) ||
    (step >= 3 && shareBelow(screened, shedding.weights) < 1 - 0.5 ** (step - 2))
  if (isShed) throw overloaded()
}

/**
 * Refuses a plain route that reads a body, whose callers are strangers, while the event loop is late. The others are asked as a
 * ping is.
 *
 * @throws {Refusal} OVERLOADED
 */
export function shedPlain(shedding: Shedding, { method }: Head): void {
  if (method === 'POST' && stepOf(shedding) >= 1) throw overloaded()
}

function overloaded(): Refusal {
  return new Refusal('OVERLOADED', '', { headers: [['retry-after', RETRY_SECONDS]] })
}

/** Tells of an overload; undefined while all work is taken. */
export function overloadOf(shedding: Shedding): Overload | undefined {
  const step = stepOf(shedding)
  if (step < 1) return undefined
  const sheds = step < 2 ? 'strangers' : step < 3 ? 'unpermitted' : 'byStake'
  return { loopDelayMs: Math.round(shedding.loopDelay.ms), sheds }
}

/** How many times the limit the delay is, whole. */
function stepOf({ loopDelay, loopDelayLimitMs }: Shedding): number {
  return Math.floor(loopDelay.ms / loopDelayLimitMs)
}

function shareBelow({ isAllowed, stakeRao }: Screened, weights: Weights): number {
  return isAllowed && stakeRao === 0n ? 0.5 : weights.shareBelow(stakeRao)
}

/** A loop that is late recovers within a second or two once it has less to do. */
const RETRY_SECONDS = '2'
