import { randomUUID } from 'node:crypto'
import { open, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeFolder } from '../../create/make-folder.js'
import { UsageError } from '../errors/usage-error.js'
import { dataFolderError } from './data-folder.js'

/** A process: a pid alone may be another's by now, above all in a container that was started again. */
type Started = {
  readonly pid: number
  /** as `startOf` returns it */
  readonly started?: string | undefined
}

/** The process that holds the lock, as the lock file describes it. */
type Holder = Started & {
  readonly token: string
  readonly command: string
  /** the npm that it runs, which may outlive it */
  readonly npm?: Started
  /** where the process identifiers are valid */
  readonly place: string
  readonly host: string
}

/** The lock on the data folder, held until it is disposed. */
export type PluginLock = AsyncDisposable & {
  /**
   * Records the npm process that changes the folder: while it runs, the lock is held even if this process was killed.
   *
   * @throws {UsageError} PLUGINS_LOCKED when another command took the lock, because this process was suspended for long
   */
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
 * A file that is created exclusively works on NFS, too. A killed process leaves its lock behind. On this machine its pid
 * and start show that at once; elsewhere, that the file is no longer touched. Clocks of machines are not compared.
 *
 * @throws {UsageError} PLUGINS_LOCKED · DATA_FOLDER_UNWRITABLE
 */
export async function lockPlugins(
  dataDir: string,
  { command, onWait, maxMs = MAX_MS, silentMs = 6 * BEAT_MS }: Waiting,
): Promise<PluginLock> {
  const file = join(dataDir, 'plugins.lock')
  const self = await startedProcess(process.pid)
  const own: Holder = { token: randomUUID(), command, ...self, place: await thisPlace(), host: hostname() }
  const deadline = performance.now() + maxMs
  let seen = { mark: '', at: 0 }
  let isWaiting = false
  try {
    await makeFolder(dataDir)
    while (!(await create(file, own))) {
      const holder = await readHolder(file)
      const mark = await markOf(file)
      if (mark !== seen.mark) seen = { mark, at: performance.now() }
      if (holder?.place === own.place ? !(await isHeld(holder)) : performance.now() - seen.at > silentMs) {
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
    async coverNpm(pid) {
      const text = JSON.stringify({ ...own, npm: await startedProcess(pid) })
      const handle = await open(file, 'r+').catch(() => undefined)
      try {
        if (!handle || parse(await handle.readFile('utf8'))?.token !== own.token) throw lost()
        // Over the old text, because a full disk has no room for a new one.
        await handle.write(text, 0)
        await handle.truncate(Buffer.byteLength(text))
      } finally {
        await handle?.close()
      }
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
    try {
      await handle.writeFile(JSON.stringify(own)).finally(() => handle.close())
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Returns undefined while the file is being written, or is gone. */
async function readHolder(file: string): Promise<Holder | undefined> {
  return parse(await readFile(file, 'utf8').catch(() => ''))
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
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
 * Removes a lock that was left behind. Another process may have removed it in the meantime and hold a new one: renames
 * the file first, reads whose lock it is, and gives back that of another process.
 */
async function takeAway(file: string, token: string | undefined): Promise<void> {
  if ((await readHolder(file))?.token !== token) return
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

async function isHeld({ npm, ...holder }: Holder): Promise<boolean> {
  return (await isRunning(holder)) || (npm !== undefined && (await isRunning(npm)))
}

async function isRunning({ pid, started }: Started): Promise<boolean> {
  const now = await startOf(pid)
  if (now === ENDED) return false
  if (now !== undefined && started !== undefined) return now === started
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function startedProcess(pid: number): Promise<Started> {
  return { pid, started: await startOf(pid) }
}

/** A zombie: it has ended, and its parent never asks for its exit code. */
const ENDED = 'ended'

/** Returns when a process started, in clock ticks since the boot of Linux; undefined where that cannot be read. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The command in parentheses may hold anything; the state and 18 numbers follow the last one (proc_pid_stat(5)).
  const [state, ...numbers] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? ENDED : numbers[18]
}

function describe(holder: Holder | undefined): string {
  return holder ? `miner ${holder.command}, process ${holder.pid} on ${holder.host}` : 'unknown process'
}

function lost(): UsageError {
  return new UsageError(
    'PLUGINS_LOCKED',
    'another command took the lock of the plugins, because this one was suspended',
    'run this command again when the other one has ended',
  )
}

function stillLocked(file: string, holder: Holder | undefined, ms: number): UsageError {
  return new UsageError(
    'PLUGINS_LOCKED',
    `another command has been changing the plugins for ${Math.round(ms / 1000)} s: ${describe(holder)}`,
    `wait for it to end; if it no longer runs, delete ${file}`,
  )
}
