import * as z from 'zod'

/** What the request log keeps of each request: nothing, all but what was said, or that, too. */
export const requestLogModes = ['off', 'metadata', 'full'] as const
export type RequestLogMode = (typeof requestLogModes)[number]

/** Whether requests are kept in a file, and for how long. */
export const makeRequestLogSettings = () =>
  z.object({
    mode: z
      .enum(requestLogModes)
      .default('off')
      .describe(
        'keep each request of a proven caller in a file that `miner logs` reads: without what was said, or in full, with conversations and answers',
      )
      .meta({ flag: 'request-log', examples: ['metadata'] }),
    maxAge: z
      .int()
      .min(60_000)
      .max(3_650 * 86_400_000)
      .default(14 * 86_400_000)
      .describe('how long a request stays in the request log')
      .meta({ unit: 'duration' }),
    maxSize: z
      .int()
      .min(1_048_576)
      .max(1_099_511_627_776)
      .default(1_073_741_824)
      .describe('how large the request log may be: the oldest requests make room')
      .meta({ unit: 'size' }),
  })
