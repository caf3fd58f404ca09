import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Megabytes. */
export type Memory = { readonly heap: number; readonly rss: number }

/** What this process holds once all that can be collected is: objects and buffers, and what the system counts. */
export function held(): Memory {
  // Twice: what the first round finalizes is freed by the second.
  collect()
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: (heapUsed + arrayBuffers) / 1e6, rss: rss / 1e6 }
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
