import { setTimeout } from 'node:timers/promises'
import { MAX_TIMER_MS } from '../async/timeout.js'

/** The time, as the loop needs it. Tests pass one of their own. */
export type NeuronClock = {
  /** epoch milliseconds; may jump */
  now(): number
  /** milliseconds of a clock that never jumps back */
  elapsed(): number
  /** @throws the signal's reason when it aborts first */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: NeuronClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async wait(ms, signal) {
    signal.throwIfAborted()
    await setTimeout(Math.min(Math.max(0, ms), MAX_TIMER_MS), undefined, { signal })
  },
}
