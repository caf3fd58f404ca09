import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import { showsColours } from '../../text/colour.js'
import { textLine } from './text-line.js'

export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

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

/**
 * Opens standard error for the lines of a log, each a JSON object. A slow or stuck reader does not hold up requests: lines
 * beyond the buffer are dropped and counted.
 *
 * @param format `text`: a line for people each; by default on a terminal. `json`: the lines as they are
 */
export async function logOutput(format?: LogFormat): Promise<LogOutput> {
  const { stderr } = process
  if ((format ?? (stderr.isTTY ? 'text' : 'json')) === 'json') return stderr.isTTY ? terminalOutput() : fileOutput(2)
  const isColoured = showsColours(stderr)
  const toText = (line: string) => textLine(JSON.parse(line), { isColoured, columns: stderr.columns ?? null })
  return stderr.isTTY ? terminalOutput(toText) : fileOutput(2, { toText })
}

/**
 * Writes to the terminal at once, so that lines keep their order among what the program prints; through an open file of
 * its own that does not block, because a terminal stops reading while the user holds it with Ctrl-S.
 */
async function terminalOutput(toText?: ToText): Promise<LogOutput> {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const options = { toText, isImmediate: true }
  let fd: number
  try {
    fd = fs.openSync('/dev/stderr', O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return fileOutput(2, options) // after `su`, the terminal belongs to another user
  }
  return fileOutput(fd, options)
}

type ToText = (line: string) => string

export type FileOutputOptions = {
  /** formats each line, which is a JSON object */
  readonly toText?: ToText | undefined
  /** writes before `write` returns, when the reader takes it */
  readonly isImmediate?: boolean
}

/**
 * Writes to an open file, pipe, socket or terminal. A failed write keeps its lines and is tried again: a full disk may get
 * space, and a named pipe another reader. Not pino's own destination, whose last flush retries every error but EPIPE for
 * ever (sonic-boom 4.2.1 `flushSync`).
 */
export async function fileOutput(
  fd: number,
  { toText = line => line, isImmediate = false }: FileOutputOptions = {},
): Promise<LogOutput> {
  // Opening the stream makes libuv set a pipe or socket non-blocking: a write to a stuck reader then fails with EAGAIN
  // instead of blocking a thread, which the exit would wait for.
  if (fd === 2) void process.stderr
  let waiting: Buffer[] = []
  let bytes = 0
  let lost = 0
  /** the program ends, or the file is not open any more */
  let closed = false
  let writing = false
  let retry: NodeJS.Timeout | undefined
  const settled = new EventEmitter()

  const write = (line: string) => {
    if (closed) return
    const data = Buffer.from(toText(line))
    if (bytes + data.length > MAX_WAITING) return void lost++
    bytes += data.length
    waiting.push(data)
    next()
  }
  const close = () => {
    closed = true
    waiting = []
    bytes = 0
    clearTimeout(retry)
    process.off('exit', writeRest)
    settled.emit('settled')
  }
  const next = () => {
    if (isImmediate) while (!retry && waiting.length > 0) writeNow()
    else writeLater()
  }
  const writeNow = () => {
    const chunk = takeChunk(waiting)
    try {
      done(chunk, fs.writeSync(fd, chunk))
    } catch (error) {
      failed(chunk, error as NodeJS.ErrnoException)
    }
  }
  const writeLater = () => {
    if (writing || retry || waiting.length === 0) return
    writing = true
    const chunk = takeChunk(waiting)
    fs.write(fd, chunk, 0, chunk.length, null, (error, written) => {
      writing = false
      if (closed) return
      if (error) failed(chunk, error)
      else done(chunk, written)
      next()
    })
  }
  const failed = (chunk: Buffer, { code = '' }: NodeJS.ErrnoException) => {
    // Also the rest of a line that was begun: the next reader of a named pipe gets what this one has left in it.
    waiting.unshift(chunk)
    if (code === 'EBADF') return close()
    retry = setTimeout(() => {
      retry = undefined
      next()
    }, RETRY_MS)
    // A slow reader is worth the program's running on; a full disk is not, nor is a reader that may never come.
    if (code !== 'EAGAIN') retry.unref()
    if (GONE.includes(code)) settled.emit('settled')
  }
  const done = (chunk: Buffer, written: number) => {
    bytes -= written
    if (written < chunk.length) waiting.unshift(chunk.subarray(written))
    if (waiting.length > 0) return
    if (lost === 0) return void settled.emit('settled')
    const record = { level: 'warn', time: new Date().toISOString(), event: 'recordsLost', count: lost }
    lost = 0
    write(`${JSON.stringify(record)}\n`)
  }
  // For an exit without disposal: a crash, or a second signal.
  const writeRest = () => {
    const deadline = performance.now() + FLUSH_MS
    while (waiting.length > 0) {
      const chunk = takeChunk(waiting)
      try {
        const written = fs.writeSync(fd, chunk)
        if (written < chunk.length) waiting.unshift(chunk.subarray(written))
      } catch (error) {
        // Other errors have no place left to be reported.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > deadline) return
        waiting.unshift(chunk)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
      }
    }
  }
  process.on('exit', writeRest)
  return {
    write,
    async [Symbol.asyncDispose]() {
      if (!closed && bytes > 0) {
        clearTimeout(retry)
        retry = undefined
        // Its timer keeps the program running, which that of `AbortSignal.timeout` does not.
        const late = new AbortController()
        const timer = setTimeout(() => late.abort(), FLUSH_MS)
        const end = once(settled, 'settled', { signal: late.signal }).catch(() => {})
        next()
        await end
        clearTimeout(timer)
      }
      process.off('exit', writeRest)
      // A stuck reader or a full disk must not keep the program from ending.
      if (bytes > 0) close()
    },
  }
}

/** Removes the first lines, at most `CHUNK` bytes of them, and returns them in one piece. */
function takeChunk(waiting: Buffer[]): Buffer {
  let lines = 0
  let length = 0
  for (const line of waiting) {
    length += line.length
    if (lines > 0 && length > CHUNK) break
    lines++
  }
  return Buffer.concat(waiting.splice(0, lines))
}
