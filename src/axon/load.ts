import type { Overload } from './stages/shed.js'
import type { BodyLoad } from './state/body-budget.js'
import type { ProofLoad } from './state/failed-proofs.js'
import type { SchedulerLoad } from './state/scheduler.js'
import type { Held } from './state/shares.js'
import type { CheckLoad } from './state/signature-queue.js'

/** How much of what its callers share an axon has given out, and to whom most of it. */
export type AxonLoad = {
  readonly connections: { readonly open: number; readonly of: number; readonly top: readonly Held[] }
  /** bytes of the bodies that are being read, and of what was read of them until their requests are answered */
  readonly bodies: BodyLoad
  /** signature checks that wait */
  readonly checks: CheckLoad
  /** places at work, and requests that wait for one, of as many as may */
  readonly places: SchedulerLoad & { readonly of: number; readonly queue: number }
  /** spent nonces that this process remembers */
  readonly nonces: { readonly remembered: number; readonly of: number }
  /** absent in a state that an older miner has written */
  readonly failedProofs?: ProofLoad | undefined
  /** whose requests are refused because the event loop is late; undefined while all work is taken */
  readonly overload?: Overload | undefined
}
