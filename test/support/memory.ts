import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Megabytes. */
export type Memory = { readonly heap: number; readonly rss: number }

/** Returns this process's memory after a garbage collection: objects and buffers, and resident memory. */
export function held(): Memory {
  // Twice: the second collection frees what the first finalized.
  collect()
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: (heapUsed + arrayBuffers) / 1e6, rss: rss / 1e6 }
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
