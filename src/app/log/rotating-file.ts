import fs from 'node:fs'
import { type FileLock, lockFile } from '../../disk/file-lock.js'
import { followLinks } from '../../disk/follow-links.js'
import { FileOutput, type LogOutput } from './file-output.js'

/** When the lock of a process on another machine counts as left behind, and how often ours is touched. */
const SILENT_MS = 10_000
const BEAT_MS = 2_000

type RotatingFileOptions = {
  /** absolute; full files are kept as `PATH.1`, `PATH.2` and so on, the newest first */
  readonly path: string
  /** bytes that a file may have */
  readonly maxSize: number
  /** how many files are kept, the one that is written included */
  readonly maxFiles: number
  /** is told in one line when the disk fails, and when it takes lines again */
  readonly report: (line: string) => void
}

/**
 * Opens a log file, mode 0600, which is put aside when it is full. One process at a time writes it. A symbolic link is followed
 * once, here: the lock and the full files stand beside the file that it leads to, and the link stays.
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
  #file: OpenFile
  /** bytes in the file, with those that wait for the disk */
  #size: number
  /** files that are put aside, and not written to their end yet */
  #closing: Promise<void> = Promise.resolve()

  constructor(options: RotatingFileOptions, lock: FileLock) {
    this.#options = options
    this.#lock = lock
    this.#file = this.#open()
    this.#size = this.#file.size
  }

  write(line: string): void {
    const size = Buffer.byteLength(line)
    if (this.#size > 0 && this.#size + size > this.#options.maxSize) this.#rotate()
    this.#size += size
    this.#file.output.write(line)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing
    await close(this.#file)
    await this.#lock[Symbol.asyncDispose]()
  }

  #open(): OpenFile {
    const { path } = this.#options
    const fd = fs.openSync(path, 'a', 0o600)
    const { size, mode, uid } = fs.fstatSync(fd)
    // It may be an older one, that others can read.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) fs.fchmodSync(fd, 0o600)
    const output = new FileOutput(fd, {
      onFailed: error => this.#tell({ level: 'error', event: 'logFileFailed', path, error: error.message }),
      onRestored: () => this.#tell({ level: 'warn', event: 'logFileRestored', path }),
    })
    return { fd, output, size }
  }

  /** Puts the full file aside. Where the system does not let it, that file goes on, by as much again. */
  #rotate(): void {
    const full = this.#file
    this.#size = 0
    try {
      shift(this.#options)
      this.#file = this.#open()
    } catch (error) {
      const { path } = this.#options
      this.#tell({ level: 'error', event: 'logFileFailed', path, error: (error as Error).message })
      return
    }
    this.#closing = this.#closing.then(() => close(full))
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

type OpenFile = { readonly fd: number; readonly output: FileOutput; readonly size: number }

async function close({ fd, output }: OpenFile): Promise<void> {
  await output[Symbol.asyncDispose]()
  fs.closeSync(fd)
}

/** Renames the files that are kept by one number, and removes the oldest. */
function shift({ path, maxFiles }: RotatingFileOptions): void {
  const nameOf = (number: number) => (number === 0 ? path : `${path}.${number}`)
  fs.rmSync(nameOf(maxFiles - 1), { force: true })
  for (let number = maxFiles - 2; number >= 0; number--)
    if (fs.existsSync(nameOf(number))) fs.renameSync(nameOf(number), nameOf(number + 1))
}
