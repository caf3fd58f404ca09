import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Returns the megabytes of this thread after a garbage collection: objects and buffers in `heap`, and `rss` of the whole
 * process. It loads nothing that would show in them, such as Node's TypeScript.
 */
export function held() {
  // Twice: the second collection frees what the first finalized.
  collect()
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: (heapUsed + arrayBuffers) / 1e6, rss: rss / 1e6 }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
