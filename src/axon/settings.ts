import { z } from 'zod'

/** What an operator sets of the axon. */
export const axonSettings = z.object({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8091)
    .describe('port of the axon; 0 picks a free one')
    .meta({ env: ['BT_AXON_PORT'] }),
  host: z.string().min(1).optional().describe('address to listen on; every one of this machine when left out'),
  concurrency: z
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe('prompts answered at once')
    .meta({ flag: 'concurrency', env: ['BT_AXON_MAX_WORKERS'] }),
  queue: z
    .int()
    .min(0)
    .max(100_000)
    .default(64)
    .describe('prompts that may wait for that; beyond it callers get 503')
    .meta({ flag: 'queue' }),
  maxTimeout: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe("a caller's time-out is cut to this")
    .meta({ flag: 'max-timeout', unit: 'duration' }),
  margin: z
    .int()
    .min(0)
    .max(60_000)
    .default(300)
    .describe("how long before the caller's time-out an answer is due; a tenth of the time-out at most")
    .meta({ flag: 'margin', unit: 'duration' }),
  partial: z
    .enum(['cut', 'never'])
    .default('cut')
    .describe('an answer that is not done in time: cut it after its last sentence or word, or never give it')
    .meta({ flag: 'partial' }),
  maxBody: z
    .int()
    .min(1024)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024)
    .describe('largest body of a request')
    .meta({ flag: 'max-body', unit: 'size' }),
})
