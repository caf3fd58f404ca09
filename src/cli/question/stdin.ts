import { fstatSync } from 'node:fs'
import { TimeoutError, withTimeout } from '../../async/timeout.js'
import { UsageError } from '../errors/usage-error.js'

/** The most bytes that a question on standard input may have. */
const MAX = 16 * 1024 * 1024
/** How long the first byte of a pipe may take until a message says that the program waits for it. */
const PIPE_MS = 3_000
/** How long the first byte of a socket may take until the question is asked without it. */
const SOCKET_MS = 1_000

/**
 * Reads standard input to its end.
 *
 * @throws {UsageError} STDIN_TOO_LARGE · STDIN_NOT_UTF8 · STDIN_UNREADABLE
 */
export async function readStdin(): Promise<string> {
  return decode(await collect(process.stdin[Symbol.asyncIterator](), undefined))
}

/**
 * Reads what is piped in beside a question that is complete without it; the empty text when nothing is.
 *
 * A terminal is not read. A pipe is, to its end, however late that comes: a shell gives it a writer, as in
 * `curl … | miner prompt "summarise"`. A socket is what programs give to their children, and often neither write to nor
 * close (Node's `spawn`, sshd): without a first byte in time it counts as empty.
 *
 * @param note receives what to tell the user when the first byte is late
 * @throws {UsageError} STDIN_TOO_LARGE · STDIN_NOT_UTF8 · STDIN_UNREADABLE
 */
export async function readPiped(note: (message: string) => void): Promise<string> {
  const { stdin } = process
  if (stdin.isTTY) return ''
  const isSocket = fstatSync(0).isSocket()
  const chunks = stdin[Symbol.asyncIterator]()
  const first = chunks.next()
  if (await settlesWithin(first, isSocket ? SOCKET_MS : PIPE_MS)) return decode(await collect(chunks, first))
  if (!isSocket) {
    note('waiting for standard input; to ask without it, add </dev/null')
    return decode(await collect(chunks, first))
  }
  stdin.unref()
  const tellLate = ({ done }: IteratorResult<Buffer>) => {
    if (!done) note('standard input came too late, and is not part of the question')
    stdin.destroy()
  }
  first.then(tellLate, () => {}) // unreadable, so nothing is lost
  return ''
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  try {
    await withTimeout(promise, ms)
  } catch (error) {
    return !(error instanceof TimeoutError)
  }
  return true
}

/**
 * Reads standard input line by line, and no further than is asked for.
 *
 * @throws {UsageError} STDIN_TOO_LARGE for one line · STDIN_NOT_UTF8 · STDIN_UNREADABLE
 */
export async function* stdinLines(): AsyncGenerator<string, void> {
  const chunks: Chunks = process.stdin[Symbol.asyncIterator]()
  let line: Buffer[] = []
  let size = 0
  try {
    for (let step = await read(chunks.next()); !step.done; step = await read(chunks.next())) {
      let rest = step.value
      for (let end = rest.indexOf(LINE_END); end !== -1; end = rest.indexOf(LINE_END)) {
        yield decode(Buffer.concat([...line, rest.subarray(0, end)])).replace(/\r$/, '')
        rest = rest.subarray(end + 1)
        line = []
        size = 0
      }
      size += rest.length
      if (size > MAX) throw tooLarge('a line of standard input')
      line.push(rest)
    }
    yield decode(Buffer.concat(line))
  } finally {
    await chunks.return?.()
  }
}

const LINE_END = 0x0a

type Chunks = AsyncIterator<Buffer>

/** @param first a read that has begun */
async function collect(chunks: Chunks, first: ReturnType<Chunks['next']> | undefined): Promise<Buffer> {
  const collected: Buffer[] = []
  let size = 0
  for (let step = await read(first ?? chunks.next()); !step.done; step = await read(chunks.next())) {
    size += step.value.length
    if (size > MAX) {
      await chunks.return?.()
      throw tooLarge('standard input')
    }
    collected.push(step.value)
  }
  return Buffer.concat(collected)
}

function tooLarge(what: string): UsageError {
  return new UsageError('STDIN_TOO_LARGE', `${what} has more than ${MAX} bytes`, 'ask with less text')
}

async function read(next: ReturnType<Chunks['next']>): ReturnType<Chunks['next']> {
  try {
    return await next
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // The terminal of a program in the background is closed.
    if (code === 'EIO') return { done: true, value: undefined }
    const problem = `standard input cannot be read: ${code ?? message}`
    throw new UsageError('STDIN_UNREADABLE', problem, 'pipe text in, or add </dev/null')
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError('STDIN_NOT_UTF8', 'standard input is not UTF-8 text', 'convert it: iconv -t UTF-8')
  }
}
