import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { isRunning, type StartedProcess, startedProcess, thisPlace } from './processes.js'

/** The process that holds a lock, as the lock file describes it. */
export type LockHolder = StartedProcess & {
  readonly token: string
  /** of this program, as typed */
  readonly command: string
  /** a process that it runs, for which the lock is held, too, and which may outlive it */
  readonly covers?: StartedProcess
  /** where the process identifiers are valid */
  readonly place: string
  readonly host: string
}

/** A lock that this process holds until it is disposed. */
export type FileLock = AsyncDisposable & {
  /**
   * Holds the lock for another process, too, even if this one is killed.
   *
   * @returns false when another process took the lock, because this one was suspended for long
   */
  cover(pid: number): Promise<boolean>
  /**
   * Whether this process still holds it: looks at the file when its last touch was long ago by either clock, because it was
   * suspended meanwhile. That of the process may stand still while a machine is suspended; the other may be set.
   */
  isHeld(): Promise<boolean>
}

/** Another process holds the lock. */
export class FileLocked extends Error {
  override readonly name = 'FileLocked'
  readonly holder: LockHolder | undefined

  constructor(file: string, holder: LockHolder | undefined) {
    super(`${file} is locked by ${holderText(holder)}`)
    this.holder = holder
  }
}

/** How a lock is taken and held. */
export type LockOptions = {
  /** the command that takes the lock, for those that find it held */
  readonly command: string
  /** called once, before it waits */
  readonly onWait: (holder: string) => void
  /** called once, when another process has taken the lock, because this one was suspended for long */
  readonly onLost?: () => void
  /** how long to wait for the holder; 0: only until it shows that it runs */
  readonly maxMs: number
  /** how long a lock of another machine or container may stay untouched before it counts as left behind */
  readonly silentMs: number
  /** how often the holder touches its lock */
  readonly beatMs: number
}

const POLL_MS = 200

/**
 * Locks a file's name, so that one process at a time has it.
 *
 * A file that is created exclusively works on NFS, too. A killed process leaves its lock behind. On this machine its pid
 * and start show that at once; elsewhere, that the file is no longer touched. Clocks of machines are not compared.
 *
 * @throws {FileLocked} when the holder keeps it for longer than `maxMs`
 * @throws the error of the file system
 */
export async function lockFile(file: string, options: LockOptions): Promise<FileLock> {
  const { command, onWait, maxMs, silentMs } = options
  const self = await startedProcess(process.pid)
  const own: LockHolder = { token: randomUUID(), command, ...self, place: await thisPlace(), host: hostname() }
  const deadline = performance.now() + maxMs
  let seen = { mark: '', at: 0, changes: 0 }
  let isWaiting = false
  while (!(await create(file, own))) {
    const holder = await readHolder(file)
    const mark = await markOf(file)
    if (mark !== seen.mark) seen = { mark, at: performance.now(), changes: seen.changes + 1 }
    const isLocal = holder?.place === own.place
    if (isLocal ? !(await isHeld(holder)) : performance.now() - seen.at > silentMs) {
      await takeAway(file, holder?.token)
      continue
    }
    // A lock from elsewhere that nothing has touched yet may be left behind.
    if (performance.now() > deadline && (isLocal || seen.changes > 1 || maxMs > 0)) throw new FileLocked(file, holder)
    if (!isWaiting) onWait(holderText(holder))
    isWaiting = true
    await setTimeout(POLL_MS)
  }
  return hold(file, own, options)
}

/** Returns the process of this machine that holds a lock, without taking it; null: none, or one of another machine. */
export async function lockHolder(file: string): Promise<LockHolder | null> {
  const holder = await readHolder(file)
  return holder?.place === (await thisPlace()) && (await isHeld(holder)) ? holder : null
}

/** Returns who holds a lock, in words. */
export function holderText(holder: LockHolder | undefined): string {
  return holder ? `miner ${holder.command}, process ${holder.pid} on ${holder.host}` : 'unknown process'
}

function hold(file: string, own: LockHolder, { beatMs, onLost }: LockOptions): FileLock {
  let touched = clocks()
  let isBeating = false
  let isLost = false
  const lose = () => {
    if (!isLost) onLost?.()
    isLost = true
    clearInterval(beat)
  }
  const touch = async () => {
    if (await isTaken(file, own)) return lose()
    const now = new Date()
    const begun = clocks()
    await utimes(file, now, now)
    touched = begun
  }
  const beat = setInterval(async () => {
    if (isBeating) return // on a disk that is slow
    isBeating = true
    await touch().catch(() => {}) // taken away meanwhile: the next beat reports that
    isBeating = false
  }, beatMs).unref()
  return {
    async cover(pid) {
      const text = JSON.stringify({ ...own, covers: await startedProcess(pid) })
      const handle = await open(file, 'r+').catch(() => undefined)
      try {
        if (!handle || parse(await handle.readFile('utf8'))?.token !== own.token) return false
        // Over the old text, because a full disk has no room for a new one.
        await handle.write(text, 0)
        await handle.truncate(Buffer.byteLength(text))
        return true
      } finally {
        await handle?.close()
      }
    },
    async isHeld() {
      const isOld = clocks().some((at, clock) => Math.abs(at - touched[clock]!) > 2 * beatMs)
      if (!isLost && isOld && (await isTaken(file, own))) lose()
      return !isLost
    },
    async [Symbol.asyncDispose]() {
      clearInterval(beat)
      if ((await readHolder(file))?.token === own.token) await rm(file, { force: true })
    },
  }
}

/** The time by each clock, in milliseconds. */
function clocks(): readonly number[] {
  return [performance.now(), Date.now()]
}

/** Whether the lock is gone or another's; false when the file cannot be read for another reason. */
async function isTaken(file: string, own: LockHolder): Promise<boolean> {
  try {
    return parse(await readFile(file, 'utf8'))?.token !== own.token
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

async function create(file: string, own: LockHolder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600)
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

/** Returns undefined while the file is being written, is gone, or is not of this program. */
async function readHolder(file: string): Promise<LockHolder | undefined> {
  return parse(await readFile(file, 'utf8').catch(() => ''))
}

function parse(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as LockHolder | null
    const texts = [holder?.token, holder?.command, holder?.place, holder?.host]
    const isHolder =
      texts.every(one => typeof one === 'string') && isProcess(holder) && isProcess(holder.covers ?? holder)
    return isHolder ? holder : undefined
  } catch {
    return undefined
  }
}

function isProcess(value: StartedProcess | null): value is StartedProcess {
  return typeof value === 'object' && Number.isInteger(value?.pid) && value!.pid > 0
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
  if ((await readHolder(aside))?.token !== token) await giveBack(aside, file)
  await rm(aside, { force: true })
}

/** Puts a lock back in its place, unless a third process has taken that meanwhile: its owner then finds the lock lost. */
async function giveBack(aside: string, file: string): Promise<void> {
  try {
    await link(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    await rename(aside, file) // a file system without links
  }
}

async function isHeld({ covers, ...holder }: LockHolder): Promise<boolean> {
  return (await isRunning(holder)) || (covers !== undefined && (await isRunning(covers)))
}
