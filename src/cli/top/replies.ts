import * as z from 'zod'
import type { LiveStatus, RequestList } from '../../admin/api.js'

const number = z.number()
const text = z.string()
const quantiles = z.object({ count: number, p50: number, p95: number, p99: number }).nullable()

/** Of a `LiveStatus`, what `miner top` shows, and `miner doctor` goes by. */
const status = z.object({
  at: number,
  miner: z.object({
    use: text,
    models: z.array(text),
    dialect: text,
    url: text,
    port: number,
    hotkey: text,
    startedAt: number,
    isDraining: z.boolean(),
    network: text.optional(),
    netuid: number.optional(),
  }),
  requests: z.object({
    signed: z.object({ answered: number, refused: number, failed: number, cancelled: number }),
    unproven: number,
    strangers: number,
    perSecond: number,
    unprovenPerSecond: number,
    strangersPerSecond: number,
    problem: text.optional(),
  }),
  latency: z.object({ firstToken: quantiles, total: quantiles }),
  tokens: z.object({ prompt: number, cached: number, completion: number }),
  validators: z.array(z.object({ answered: number })),
  reasons: z.array(z.object({ code: text, reason: text, count: number })),
  load: z.object({ places: z.object({ atWork: number, of: number, waiting: number, queue: number }) }),
  endpoints: z
    .array(
      z.object({
        endpoint: text,
        breaker: z.enum(['closed', 'open', 'halfOpen']),
        failures: number,
        restMs: number,
        keys: z.array(z.object({ restMs: number })),
        lastError: z.object({ code: text, at: number }).optional(),
      }),
    )
    .optional(),
  money: z
    .object({
      today: z.object({ usd: number.optional(), unknown: number }),
      budget: z
        .object({
          usdPerDay: number,
          usedUsd: number,
          isSpent: z.boolean(),
          reservedUsd: number.optional(),
          until: number,
        })
        .optional(),
      hotkeyBudgets: z.object({ asked: number, spent: number }).optional(),
      strangersBudget: z.object({ isSpent: z.boolean() }).optional(),
    })
    .optional(),
  chain: z
    .object({
      state: z.enum(['fresh', 'stale', 'unknown']),
      registered: z.boolean().nullable(),
      uid: number.nullable(),
      announced: z.object({ ip: text, port: number }).nullable(),
      metagraphAt: number.nullable(),
      incentive: z.array(z.object({ value: number })),
      problem: z.object({ message: text }).optional(),
    })
    .optional(),
})

/** Of a `RequestList`, what `miner top` shows. */
const requestList = z.object({
  requests: z.array(
    z.object({
      at: z.number().refine(at => !Number.isNaN(new Date(at).getTime())),
      outcome: z.enum(['answered', 'refused', 'failed', 'cancelled']),
      hotkey: text,
      synapse: text,
      ms: number,
      attempts: z.array(z.object({ endpoint: text, error: text.optional() })).optional(),
    }),
  ),
})

/** Whether a reply is a status, as far as it is shown. */
export function isStatus(reply: unknown): reply is LiveStatus {
  return status.safeParse(reply).success
}

/** Whether a reply lists requests, as far as they are shown. */
export function isRequestList(reply: unknown): reply is RequestList {
  return requestList.safeParse(reply).success
}
