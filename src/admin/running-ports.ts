import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { readPrivateFile, writePrivateFile } from '../disk/private-file.js'
import { isRunning, startedProcess, thisPlace } from '../disk/processes.js'

const MAX_BYTES = 16 * 1024

const runningAdmin = z.object({
  pid: z.int().min(1),
  /** what tells the process from a later one with its pid */
  started: z.string().optional(),
  /** where the pid is valid */
  place: z.string(),
  /** reachable from this machine */
  url: z.string(),
  token: z.string(),
  /** where the token is, too; null: the operator has set it */
  tokenFile: z.string().nullable(),
  /** of the miner */
  hotkey: z.string(),
  /** absent without a chain */
  netuid: z.int().optional(),
})

/** An admin port that is open, as its process tells other commands of this user. */
export type RunningAdmin = z.output<typeof runningAdmin>

/** Returns the folder of the files. @param folder of the admin port, in the data folder */
function runningFolder(folder: string): string {
  return join(folder, 'running')
}

/**
 * Tells other commands of this user of an open admin port, in a file that only this user may read and that ends with this
 * process.
 *
 * @throws the error of the file system
 */
export async function tellRunning(
  folder: string,
  about: Pick<RunningAdmin, 'url' | 'token' | 'tokenFile' | 'hotkey' | 'netuid'>,
): Promise<AsyncDisposable> {
  const path = join(runningFolder(folder), `${process.pid}-${randomUUID()}.json`)
  const self = await startedProcess(process.pid)
  const text = `${JSON.stringify({ ...about, ...self, place: await thisPlace() })}\n`
  await writePrivateFile(path, text)
  // A second signal, or a crash, ends the process without closing anything.
  const removeNow = () => rmSync(path, { force: true })
  process.once('exit', removeNow)
  return {
    async [Symbol.asyncDispose]() {
      process.off('exit', removeNow)
      await rm(path, { force: true })
    },
  }
}

/**
 * Finds the admin ports of miners that run on this machine as this user. Removes the files of processes that were killed;
 * ignores files that cannot be trusted or are of another container.
 */
export async function runningAdmins(folder: string): Promise<readonly RunningAdmin[]> {
  const place = await thisPlace()
  const names = await readdir(runningFolder(folder)).catch(() => []) // no miner has opened one
  const found = names.filter(name => name.endsWith('.json')).map(name => read(join(runningFolder(folder), name), place))
  return (await Promise.all(found)).filter(one => one !== null)
}

async function read(path: string, place: string): Promise<RunningAdmin | null> {
  const bytes = await readPrivateFile(path, MAX_BYTES, { isSecret: true })
  if ('why' in bytes) return null
  const admin = parse(bytes.toString())
  if (!admin || admin.place !== place) return null
  if (await isRunning(admin)) return admin
  await rm(path, { force: true }).catch(() => {}) // it is ignored all the same
  return null
}

function parse(text: string): RunningAdmin | null {
  try {
    return runningAdmin.parse(JSON.parse(text))
  } catch {
    return null // of another version
  }
}
