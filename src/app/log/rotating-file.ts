import fs from 'node:fs'
import { type FileLock, lockFile } from '../../disk/file-lock.js'
import { followLinks } from '../../disk/follow-links.js'
import { FileOutput, type LogOutput } from './file-output.js'

/** When the lock of a process on another machine counts as left behind, and how often ours is touched. */
const SILENT_MS = 10_000
const BEAT_MS = 2_000
/** How often it is looked whether the file is still where it was opened. */
const LOOK_MS = 1_000

type RotatingFileOptions = {
  /** absolute; full files are kept as `PATH.1`, `PATH.2` and so on, the newest first */
  readonly path: string
  /** bytes that a file may have */
  readonly maxSize: number
  /** how many files are kept, the one that is written included */
  readonly maxFiles: number
  /** is told in one line when the disk fails, and when it takes lines again */
  readonly report: (line: string) => void
  /** in place of a second; for tests */
  readonly lookMs?: number
}

/**
 * Opens a log file, mode 0600, which is put aside when it is full. One process at a time writes it. A symbolic link is followed
 * once, here: the lock and the full files stand beside the file that it leads to, and the link stays. A file that is deleted or
 * renamed, as by logrotate, is followed by a new one within a second.
 *
 * @throws {FileLocked} when another process writes it
 * @throws {IrregularFile} for a device, a named pipe or a socket
 * @throws the error of the file system
 */
export async function openRotatingFile(options: RotatingFileOptions): Promise<LogOutput> {
  const path = await followLinks(options.path)
  // To put a device aside would take it from the whole machine, and a named pipe makes the miner wait for a reader.
  const found = fs.statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile() && !found.isDirectory()) throw new IrregularFile(path)
  const how = { command: 'serve', onWait: () => {}, maxMs: 0, silentMs: SILENT_MS, beatMs: BEAT_MS }
  const lock = await lockFile(`${path}.lock`, how)
  try {
    return new RotatingFile({ ...options, path }, lock)
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

/** The path leads to something that cannot be put aside as a file can. */
export class IrregularFile extends Error {
  override readonly name = 'IrregularFile'

  constructor(path: string) {
    super(`${path} is a device, a named pipe or a socket`)
  }
}

class RotatingFile implements LogOutput {
  readonly #options: RotatingFileOptions
  readonly #lock: FileLock
  #fd: number
  readonly #output: FileOutput
  /** bytes in the last file, once those that wait for the disk are written */
  #size: number
  #lookedAt = Number.NEGATIVE_INFINITY
  /** no new file can be begun, which is told once */
  #isStuck = false

  constructor(options: RotatingFileOptions, lock: FileLock) {
    const { path } = options
    this.#options = options
    this.#lock = lock
    const { fd, size } = open(path)
    this.#fd = fd
    this.#size = size
    this.#output = new FileOutput(fd, {
      onFailed: error => this.#tell({ level: 'error', event: 'logFileFailed', path, error: error.message }),
      onRestored: () => this.#tell({ level: 'warn', event: 'logFileRestored', path }),
      reopen: begins => (begins ? this.#begin() : this.#follow()),
    })
  }

  write(line: string): void {
    const size = Buffer.byteLength(line)
    const begins = this.#size > 0 && this.#size + size > this.#options.maxSize
    // A line that the output drops fills no file.
    if (!this.#output.write(line, begins)) return
    this.#size = begins ? size : this.#size + size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#output[Symbol.asyncDispose]()
    fs.closeSync(this.#fd)
    await this.#lock[Symbol.asyncDispose]()
  }

  /** Puts the full file aside, which has all of its lines, and begins the next. */
  #begin(): number {
    return this.#open({ isFull: true })
  }

  /** Begins a new file where that of before is deleted or renamed; looks once a second. */
  #follow(): number {
    const { path, lookMs = LOOK_MS } = this.#options
    const now = performance.now()
    if (now < this.#lookedAt + lookMs) return this.#fd
    this.#lookedAt = now
    return isAt(path, this.#fd) ? this.#fd : this.#open({ isFull: false })
  }

  /** Where the system does not let it, the file of before goes on, a full one by as much again. */
  #open({ isFull }: { readonly isFull: boolean }): number {
    const { path } = this.#options
    try {
      if (isFull && isAt(path, this.#fd)) shift(this.#options)
      const before = this.#fd
      const { fd, size } = open(path)
      this.#fd = fd
      if (!isFull) this.#size = size
      this.#isStuck = false
      fs.closeSync(before)
    } catch (error) {
      if (!this.#isStuck) this.#tell({ level: 'error', event: 'logFileFailed', path, error: (error as Error).message })
      this.#isStuck = true
    }
    return this.#fd
  }

  #tell({
    level,
    ...fields
  }: {
    readonly level: 'warn' | 'error'
    readonly event: string
    readonly [name: string]: string
  }) {
    this.#options.report(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`)
  }
}

/** Whether a path leads to an open file; true where that cannot be told. */
function isAt(path: string, fd: number): boolean {
  try {
    const { dev, ino } = fs.fstatSync(fd)
    const there = fs.statSync(path, { throwIfNoEntry: false })
    return there?.dev === dev && there.ino === ino
  } catch {
    return true
  }
}

function open(path: string): { readonly fd: number; readonly size: number } {
  const fd = fs.openSync(path, 'a', 0o600)
  const { size, mode, uid } = fs.fstatSync(fd)
  // It may be an older one, that others can read.
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) fs.fchmodSync(fd, 0o600)
  return { fd, size }
}

/** Renames the files that are kept by one number, and removes the oldest. */
function shift({ path, maxFiles }: RotatingFileOptions): void {
  const nameOf = (number: number) => (number === 0 ? path : `${path}.${number}`)
  fs.rmSync(nameOf(maxFiles - 1), { force: true })
  for (let number = maxFiles - 2; number >= 0; number--)
    if (fs.existsSync(nameOf(number))) fs.renameSync(nameOf(number), nameOf(number + 1))
}
