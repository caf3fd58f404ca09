import { randomUUID } from 'node:crypto'
import { open, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeFolder } from '../../create/make-folder.js'
import { UsageError } from '../errors/usage-error.js'
import { dataFolderError } from './data-folder.js'

/** What the lock file says of the process that holds it. */
type Holder = {
  readonly token: string
  readonly command: string
  readonly pid: number
  /** the npm that it runs, which may outlive it */
  readonly npm?: number
  /** where the process identifiers are valid */
  readonly place: string
  readonly host: string
}

/** The lock on the data folder, held until it is disposed. */
export type PluginLock = AsyncDisposable & {
  /** Records the npm process that changes the folder: while it runs, the lock is held even if this process was killed. */
  coverNpm(pid: number): Promise<void>
}

type Waiting = {
  /** the command that takes the lock, for those that wait for it */
  readonly command: string
  /** called once, before it waits */
  onWait(holder: string): void
  readonly maxMs?: number
  /** how long a lock of another machine or container may stay untouched before it counts as left behind */
  readonly silentMs?: number
}

const POLL_MS = 200
const BEAT_MS = 5_000
/** Longer than an install takes. */
const MAX_MS = 600_000

/**
 * Locks the data folder, so that one command at a time changes the plugins: npm and oclif both read package.json at their
 * beginning and write it at their end.
 *
 * A file that is created exclusively works on NFS, too. A lock is left behind when its process was killed: on this
 * machine that shows at once; elsewhere its holder has stopped touching the file, whatever the clocks say.
 *
 * @throws {UsageError} PLUGINS_LOCKED · DATA_FOLDER_UNWRITABLE
 */
export async function lockPlugins(
  dataDir: string,
  { command, onWait, maxMs = MAX_MS, silentMs = 6 * BEAT_MS }: Waiting,
): Promise<PluginLock> {
  const file = join(dataDir, 'plugins.lock')
  const own: Holder = { token: randomUUID(), command, pid: process.pid, place: await thisPlace(), host: hostname() }
  const deadline = performance.now() + maxMs
  let seen = { mark: '', at: 0 }
  let isWaiting = false
  try {
    await makeFolder(dataDir)
    while (!(await create(file, own))) {
      const holder = await readHolder(file)
      const mark = await markOf(file)
      if (mark !== seen.mark) seen = { mark, at: performance.now() }
      if (holder?.place === own.place ? !isRunning(holder) : performance.now() - seen.at > silentMs) {
        await takeAway(file, holder?.token)
        continue
      }
      if (performance.now() > deadline) throw stillLocked(file, holder, maxMs)
      if (!isWaiting) onWait(describe(holder))
      isWaiting = true
      await setTimeout(POLL_MS)
    }
  } catch (error) {
    throw error instanceof UsageError ? error : dataFolderError(error, dataDir)
  }
  return hold(file, own)
}

function hold(file: string, own: Holder): PluginLock {
  const beat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(() => {}) // the lock was taken away while this process was suspended
  }, BEAT_MS).unref()
  return {
    async coverNpm(npm) {
      await writeFile(file, JSON.stringify({ ...own, npm }))
    },
    async [Symbol.asyncDispose]() {
      clearInterval(beat)
      if ((await readHolder(file))?.token === own.token) await rm(file, { force: true })
    },
  }
}

async function create(file: string, own: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(JSON.stringify(own)).finally(() => handle.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Returns undefined while the file is being written, or is gone. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** Changes whenever the holder touches the file. */
async function markOf(file: string): Promise<string> {
  const { ino, mtimeMs } = await stat(file).catch(() => ({ ino: 0, mtimeMs: 0 }))
  return `${ino} ${mtimeMs}`
}

/**
 * Removes a lock that was left behind. Another process may have removed it in the meantime and hold its own: a rename
 * shows whose it was, and gives that one back.
 */
async function takeAway(file: string, token: string | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`
  try {
    await rename(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await readHolder(aside))?.token === token) await rm(aside, { force: true })
  else await rename(aside, file)
}

/**
 * Identifies the kernel, its boot and the pid namespace, in which alone a pid can be looked up: containers may share a
 * host name. Outside Linux: the host.
 */
async function thisPlace(): Promise<string> {
  const [boot, pids] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ])
  return [hostname(), boot.trim(), pids].join(' ')
}

function isRunning({ pid, npm }: Holder): boolean {
  return [pid, npm].some(one => {
    if (one === undefined) return false
    try {
      process.kill(one, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  })
}

function describe(holder: Holder | undefined): string {
  return holder ? `miner ${holder.command}, process ${holder.pid} on ${holder.host}` : 'it does not say which'
}

function stillLocked(file: string, holder: Holder | undefined, ms: number): UsageError {
  return new UsageError(
    'PLUGINS_LOCKED',
    `another command has been changing the plugins for ${Math.round(ms / 1000)} s: ${describe(holder)}`,
    `wait for it to end; if it is not running any more, delete ${file}`,
  )
}
