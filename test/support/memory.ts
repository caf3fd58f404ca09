import { readFileSync } from 'node:fs'
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

/** Returns the most memory that a process has had, in megabytes; null where the system does not tell. */
export function peakOf(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1e3
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
