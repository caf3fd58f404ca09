import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Subject } from './subject.js'

/** The tightest limit of memory that a control group sets on a process. */
export type MemoryLimit = {
  readonly bytes: number
  /** what the group has in use; null: the file cannot be read */
  readonly inUse: number | null
  /** the file that sets it */
  readonly file: string
}

/** More than any machine has: cgroup v1 writes a rounded 2^63 for no limit. */
const NO_LIMIT = 2 ** 60

/**
 * Finds the lowest limit of memory among the control groups of a process and their parents, of version 2 and 1.
 *
 * @param root where they are mounted: `/sys/fs/cgroup`
 * @returns null without a limit, and without control groups
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html, memory.max · cgroup-v1/memory.html, memory.limit_in_bytes
 */
export async function memoryLimit({ pid, proc }: Subject, root: string): Promise<MemoryLimit | null> {
  const groups = await readFile(join(proc, String(pid), 'cgroup'), 'utf8').catch(() => '')
  const found: MemoryLimit[] = []
  for (const line of groups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    if (controllers === '') found.push(...(await limitsUp(root, path, v2)))
    else if (controllers.split(',').includes('memory')) found.push(...(await limitsUp(join(root, 'memory'), path, v1)))
  }
  return found.reduce<MemoryLimit | null>((least, one) => (least && least.bytes <= one.bytes ? least : one), null)
}

type FileNames = { readonly limit: string; readonly inUse: string }
const v2: FileNames = { limit: 'memory.max', inUse: 'memory.current' }
const v1: FileNames = { limit: 'memory.limit_in_bytes', inUse: 'memory.usage_in_bytes' }

/** In a container, the path is often that of the host, and its files are those of the root. */
async function limitsUp(root: string, path: string, names: FileNames): Promise<readonly MemoryLimit[]> {
  const found: MemoryLimit[] = []
  for (let at = path; ; at = dirname(at)) {
    const file = join(root, at, names.limit)
    const bytes = await numberIn(file)
    if (bytes !== null && bytes < NO_LIMIT)
      found.push({ bytes, file, inUse: await numberIn(join(root, at, names.inUse)) })
    if (at === '/') return found
  }
}

/** Null: the file is missing, or says `max`. */
async function numberIn(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return /^\d+\s*$/.test(text) ? Number(text) : null
}
