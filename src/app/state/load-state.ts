import * as z from 'zod'
import type { AxonLoad } from '../../axon/load.js'
import type { ClaimCount } from '../../axon/state/claim-counts.js'
import type { StoreState } from '../../store/nonce-store.js'

const count = z.int().min(0)
/** epoch milliseconds; a `Date` holds no more */
const time = z.number().min(0).max(8.64e15)
const holder = { kind: z.enum(['hotkey', 'network']), name: z.string() }
const top = z.array(z.object({ ...holder, amount: count })).readonly()

/** What the callers share of the axon, when the file was written. */
export const loadState = z.object({
  connections: z.object({ open: count, of: count, top }),
  bodies: z.object({ bytes: count, of: count, top }),
  checks: z.object({ waiting: count, of: count, top }),
  places: z.object({
    atWork: count,
    of: count,
    waiting: count,
    queue: count,
    top: z.array(z.object({ ...holder, atWork: count, waiting: count })).readonly(),
  }),
  nonces: z.object({ remembered: count, of: count }),
  failedProofs: z.object({ usedUp: count, addresses: z.array(z.string()).readonly() }).optional(),
  overload: z.object({ loopDelayMs: count, sheds: z.enum(['strangers', 'unpermitted', 'byStake']) }).optional(),
}) satisfies z.ZodType<AxonLoad>

/** How the store of nonces does. */
export const storeState = z.object({
  kind: z.enum(['disk', 'memory', 'redis']),
  failure: z.object({ code: z.string().nullable(), message: z.string(), hint: z.string(), since: time }).nullable(),
  /** null in the file of a version of the miner that does not tell, too */
  pause: z
    .object({ why: z.enum(['unknown', 'clockSetBack']), until: time })
    .nullable()
    .default(null),
}) satisfies z.ZodType<StoreState>

/** The hotkeys that were named without their key in the last hour. */
export const forgedState = z
  .array(
    z.object({
      hotkey: z.string(),
      address: z.string(),
      forged: count,
      unchecked: count,
      verified: count,
      lastAt: time,
    }),
  )
  .readonly() satisfies z.ZodType<readonly ClaimCount[]>
