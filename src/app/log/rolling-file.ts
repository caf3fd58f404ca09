import { once } from 'node:events'
import fs from 'node:fs'
import { dirname } from 'node:path'
import type { RollStream } from 'pino-roll'
import { type FileLock, lockFile } from '../../disk/file-lock.js'
import type { LogOutput } from './file-output.js'

/** How many bytes may wait for the disk. */
const MAX_WAITING = 1024 * 1024
/** How long the disk has to take the waiting lines when the program ends. */
const FLUSH_MS = 1_000
/** When the lock of a process on another machine counts as left behind, and how often ours is touched. */
const SILENT_MS = 10_000
const BEAT_MS = 2_000

type RollingFileOptions = {
  /** absolute; `miner.log` is kept as miner.1.log, miner.2.log and so on, and lines go to the last one */
  readonly path: string
  /** bytes after which the next file begins */
  readonly maxSize: number
  /** how many files are kept, the one that is written included */
  readonly maxFiles: number
  /** is told in one line when the disk fails, and when it takes lines again */
  readonly report: (line: string) => void
}

/**
 * Opens a log file that is replaced by the next one when it is full, mode 0600. One process at a time writes it.
 *
 * @throws {FileLocked} when another process writes it
 * @throws the error of the file system
 */
export async function openRollingFile({ path, maxSize, maxFiles, report }: RollingFileOptions): Promise<LogOutput> {
  const { default: openRoll } = await import('pino-roll')
  fs.accessSync(dirname(path), fs.constants.W_OK | fs.constants.X_OK)
  const how = { command: 'serve', onWait: () => {}, maxMs: 0, silentMs: SILENT_MS, beatMs: BEAT_MS }
  const lock = await lockFile(`${path}.lock`, how)
  try {
    const stream = await openRoll({
      file: path,
      size: `${maxSize}b`,
      // It removes files before the next one is opened, which is one of those that are kept.
      limit: { count: maxFiles, removeOtherLogFiles: true },
      mode: 0o600,
      sync: false,
      maxLength: MAX_WAITING,
    })
    await once(stream, 'ready')
    return new RollingFile(stream, { lock, path, report })
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Keeps what a stream of pino-roll has not written yet: when the program ends at once, the stream's own last flush would retry
 * every error but EPIPE for ever (sonic-boom 4.2.1 `flushSync`).
 */
class RollingFile implements LogOutput {
  readonly #stream: RollStream
  readonly #lock: FileLock
  readonly #path: string
  readonly #report: (line: string) => void
  readonly #onExit = () => this.#writeRest()
  /** the lines that wait, or are being written */
  #waiting: Buffer[] = []
  /** how much of the first of them is written */
  #written = 0
  #lost = 0
  #isFailing = false

  constructor(
    stream: RollStream,
    { lock, path, report }: Pick<RollingFileOptions, 'path' | 'report'> & { lock: FileLock },
  ) {
    this.#stream = stream
    this.#lock = lock
    this.#path = path
    this.#report = report
    stream.on('write', (bytes: number) => this.#onWritten(bytes))
    stream.on('drop', () => this.#lost++)
    stream.on('error', (error: Error) => this.#onError(error))
    process.on('exit', this.#onExit)
  }

  write(line: string): void {
    const lost = this.#lost
    this.#stream.write(line)
    if (this.#lost === lost) this.#waiting.push(Buffer.from(line))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its timer keeps the program running, which that of `AbortSignal.timeout` does not.
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), FLUSH_MS)
    const closed = once(this.#stream, 'close', { signal: late.signal }).catch(() => this.#stream.destroy())
    this.#stream.end()
    await closed
    clearTimeout(timer)
    process.off('exit', this.#onExit)
    await this.#lock[Symbol.asyncDispose]()
  }

  #onWritten(bytes: number): void {
    this.#written += bytes
    let whole = 0
    for (const { length } of this.#waiting) {
      if (length > this.#written) break
      this.#written -= length
      whole++
    }
    this.#waiting.splice(0, whole)
    if (!this.#isFailing && this.#lost === 0) return
    this.#isFailing = false
    this.#tell('warn', { event: 'logFileRestored', path: this.#path, lost: this.#lost })
    this.#lost = 0
  }

  #onError(error: Error): void {
    if (this.#isFailing) return
    this.#isFailing = true
    this.#tell('error', { event: 'logFileFailed', path: this.#path, error: error.message })
  }

  #tell(level: 'warn' | 'error', fields: object): void {
    this.#report(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`)
  }

  /** Writes the lines that wait at an exit without disposal: a crash, or a second signal. */
  #writeRest(): void {
    try {
      fs.writeSync(this.#stream.fd, Buffer.concat(this.#waiting).subarray(this.#written))
    } catch {
      // The lines went to the other output, too, and nothing is left to report to.
    }
  }
}
