import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import { showsColours } from '../../text/colour.js'

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

/** The destination of a log's lines. Disposing it waits until they are written. */
export type LogOutput = AsyncDisposable & { write(line: string): void }

/**
 * Opens standard error: formatted for people on a terminal, one JSON object per line elsewhere. Those lines are written
 * asynchronously, so that a slow or stuck reader does not hold up requests; lines beyond the buffer are dropped and
 * counted.
 */
export async function logOutput(): Promise<LogOutput> {
  return process.stderr.isTTY ? terminalOutput() : fileOutput(2)
}

async function terminalOutput(): Promise<LogOutput> {
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: showsColours(process.stderr),
    messageKey: 'event',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  })
  return { write: line => void stream.write(line), [Symbol.asyncDispose]: async () => {} }
}

/**
 * Writes to an open file, pipe or socket. A failed write keeps its lines and is tried again: a full disk may get space. Not
 * pino's own destination, whose last flush retries every error but EPIPE for ever (sonic-boom 4.2.1
 * `flushSync`).
 */
export async function fileOutput(fd: number): Promise<LogOutput> {
  // Opening the stream makes libuv set a pipe or socket non-blocking: a write to a stuck reader then fails with EAGAIN
  // instead of blocking a thread, which the exit would wait for.
  if (fd === 2) void process.stderr
  let waiting: Buffer[] = []
  let bytes = 0
  let lost = 0
  /** the reader is gone, or had its time */
  let closed = false
  let writing = false
  let retry: NodeJS.Timeout | undefined
  const drained = new EventEmitter()

  const write = (line: string) => {
    if (closed) return
    const data = Buffer.from(line)
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
    drained.emit('drain')
  }
  const next = () => {
    if (writing || retry || waiting.length === 0) return
    writing = true
    const chunk = takeChunk(waiting)
    fs.write(fd, chunk, 0, chunk.length, null, (error, written) => {
      writing = false
      if (closed) return
      if (error) waiting.unshift(chunk)
      else done(chunk, written)
      if (error?.code === 'EPIPE') close()
      else if (error) later(error.code === 'EAGAIN')
      else next()
    })
  }
  const later = (isSlow: boolean) => {
    retry = setTimeout(() => {
      retry = undefined
      next()
    }, RETRY_MS)
    // A slow reader is worth the program's running on, a full disk is not.
    if (!isSlow) retry.unref()
  }
  const done = (chunk: Buffer, written: number) => {
    bytes -= written
    if (written < chunk.length) waiting.unshift(chunk.subarray(written))
    if (waiting.length > 0) return
    if (lost === 0) return void drained.emit('drain')
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
        next()
        // Its timer keeps the program running, which that of `AbortSignal.timeout` does not.
        const late = new AbortController()
        const timer = setTimeout(() => late.abort(), FLUSH_MS)
        await once(drained, 'drain', { signal: late.signal }).catch(() => {})
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
