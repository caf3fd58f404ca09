import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'

/** How many bytes may wait for the log's reader: some thousand records. */
const MAX_WAITING = 1024 * 1024
/** How long the reader has to take the waiting lines when the program ends. */
const FLUSH_MS = 1_000
/** How long a failed write rests before the next attempt. */
const RETRY_MS = 100
/** The same at exit, when nothing else runs. */
const PAUSE_MS = 10
/** The most bytes of one write: Docker's log reader takes lines up to 16 KiB in one piece. */
const CHUNK = 16 * 1024

/** The codes with which a write fails when its reader is gone: closed a pipe, a socket, or a terminal's window. */
const GONE = ['EPIPE', 'ECONNRESET', 'ENOTCONN', 'EIO', 'ENXIO']

/** The destination of a log's lines. Disposing it waits until they are written. */
export type LogOutput = AsyncDisposable & { write(line: string): void }

export type FileOutputOptions = {
  /** formats each line, which is a JSON object */
  readonly toText?: ((line: string) => string) | undefined
  /** writes before `write` returns, when the reader takes it */
  readonly isImmediate?: boolean
  /** called when a write fails, once until one succeeds */
  readonly onFailed?: (error: NodeJS.ErrnoException) => void
  /** called when a write succeeds after that */
  readonly onRestored?: () => void
  /**
   * called before each write, and returns what the next line goes to, which may be the same as before
   *
   * @param begins that line is the first of a new file; those before it are written
   */
  readonly reopen?: (begins: boolean) => number
}

/** A line that waits, or more than one, or the rest of one. */
type Waiting = { readonly data: Buffer; readonly begins: boolean }

/**
 * Writes to an open file, pipe, socket or terminal. A failed write keeps its lines and is tried again: a full disk may get
 * space, and a named pipe another reader. Not pino's own destination, whose last flush retries every error but EPIPE for
 * ever (sonic-boom 4.2.1 `flushSync`).
 */
export class FileOutput implements LogOutput {
  #fd: number
  readonly #toText: (line: string) => string
  readonly #isImmediate: boolean
  readonly #options: FileOutputOptions
  readonly #settled = new EventEmitter()
  readonly #onExit = () => this.#writeRest()
  #waiting: Waiting[] = []
  #bytes = 0
  /** how many lines were dropped since the last report of them */
  #lost = 0
  /** the program ends, or the file is not open any more */
  #isClosed = false
  #isWriting = false
  #isFailing = false
  #retry: NodeJS.Timeout | undefined

  constructor(fd: number, options: FileOutputOptions = {}) {
    const { toText = line => line, isImmediate = false } = options
    this.#fd = fd
    this.#options = options
    this.#toText = toText
    this.#isImmediate = isImmediate
    // Opening the stream makes libuv set a pipe or socket non-blocking: a write to a stuck reader then fails with EAGAIN
    // instead of blocking a thread, which the exit would wait for.
    if (fd === 2) void process.stderr
    process.on('exit', this.#onExit)
  }

  /**
   * @param begins whether the line is the first of what `reopen` opens
   * @returns whether it is written or waits; the others are counted
   */
  write(line: string, begins = false): boolean {
    if (this.#isClosed) return false
    const data = Buffer.from(this.#toText(line))
    if (this.#bytes + data.length > MAX_WAITING) {
      this.#lost++
      return false
    }
    this.#bytes += data.length
    this.#waiting.push({ data, begins })
    this.#next()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed && this.#bytes > 0) {
      this.#endRetry()
      // Its timer keeps the program running, which that of `AbortSignal.timeout` does not.
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), FLUSH_MS)
      const end = once(this.#settled, 'settled', { signal: late.signal }).catch(() => {})
      this.#next()
      await end
      clearTimeout(timer)
    }
    process.off('exit', this.#onExit)
    // A stuck reader or a full disk must not keep the program from ending.
    if (this.#bytes > 0) this.#close()
  }

  #next(): void {
    if (this.#isImmediate) while (!this.#retry && this.#waiting.length > 0) this.#writeNow()
    else this.#writeLater()
  }

  #writeNow(): void {
    this.#reopen()
    const chunk = this.#takeChunk()
    try {
      this.#onWritten(chunk, fs.writeSync(this.#fd, chunk))
    } catch (error) {
      this.#onFailed(chunk, error as NodeJS.ErrnoException)
    }
  }

  #writeLater(): void {
    if (this.#isWriting || this.#retry || this.#waiting.length === 0) return
    this.#isWriting = true
    this.#reopen()
    const chunk = this.#takeChunk()
    fs.write(this.#fd, chunk, 0, chunk.length, null, (error, written) => {
      this.#isWriting = false
      if (this.#isClosed) return
      if (error) this.#onFailed(chunk, error)
      else this.#onWritten(chunk, written)
      this.#next()
    })
  }

  #onWritten(chunk: Buffer, written: number): void {
    this.#bytes -= written
    if (this.#isFailing) this.#options.onRestored?.()
    this.#isFailing = false
    if (written < chunk.length) this.#putBack(chunk.subarray(written))
    if (this.#waiting.length > 0) return
    if (this.#lost === 0) return void this.#settled.emit('settled')
    const record = { level: 'warn', time: new Date().toISOString(), event: 'recordsLost', count: this.#lost }
    this.#lost = 0
    this.write(`${JSON.stringify(record)}\n`)
  }

  #onFailed(chunk: Buffer, error: NodeJS.ErrnoException): void {
    const { code = '' } = error
    if (!this.#isFailing) this.#options.onFailed?.(error)
    this.#isFailing = true
    // Also the rest of a line that was begun: the next reader of a named pipe gets what this one has left in it.
    this.#putBack(chunk)
    if (code === 'EBADF') return void this.#close()
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#next()
    }, RETRY_MS)
    // A slow reader is worth the program's running on; a full disk is not, nor is a reader that may never come.
    if (code !== 'EAGAIN') this.#retry.unref()
    if (GONE.includes(code)) this.#settled.emit('settled')
  }

  /** Only here, where no write is under way. */
  #reopen(): void {
    if (this.#options.reopen) this.#fd = this.#options.reopen(this.#waiting[0]?.begins ?? false)
  }

  /** Writes the lines that wait at an exit without disposal: a crash, or a second signal. They go to what is open. */
  #writeRest(): void {
    const deadline = performance.now() + FLUSH_MS
    while (this.#waiting.length > 0) {
      const chunk = this.#takeChunk()
      try {
        const written = fs.writeSync(this.#fd, chunk)
        if (written < chunk.length) this.#putBack(chunk.subarray(written))
      } catch (error) {
        // Other errors have no place left to be reported.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > deadline) return
        this.#putBack(chunk)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
      }
    }
  }

  /** Removes the first lines, at most `CHUNK` bytes of them, and returns them in one piece. */
  #takeChunk(): Buffer {
    let lines = 0
    let length = 0
    for (const { data, begins } of this.#waiting) {
      length += data.length
      if (lines > 0 && (begins || length > CHUNK)) break
      lines++
    }
    return Buffer.concat(this.#waiting.splice(0, lines).map(({ data }) => data))
  }

  /** What it begins is open already. */
  #putBack(data: Buffer): void {
    this.#waiting.unshift({ data, begins: false })
  }

  #endRetry(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
  }

  #close(): void {
    this.#isClosed = true
    this.#waiting = []
    this.#bytes = 0
    this.#endRetry()
    process.off('exit', this.#onExit)
    this.#settled.emit('settled')
  }
}
