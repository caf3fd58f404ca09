import { dirname } from 'node:path'
import { withTimeout } from '../async/timeout.js'
import { makePrivateFolder } from '../disk/private-file.js'
import type { NewEntry } from './database/request-row.js'
import type { StrangerCount, WriterOptions, WrittenBatch } from './database/request-writer.js'
import { DatabaseThread } from './database-thread.js'
import { RequestLogError, type RequestLogErrorCode } from './request-log-error.js'
import { StrangerCounts } from './stranger-counts.js'

/** One transaction a second at most. A process that is killed loses what came since the last one. */
const WRITE_MS = 1_000
/** How often requests beyond the retention are dropped when none come. */
const PRUNE_MS = 60_000
/**
 * Characters of requests that may wait for the thread, beside those that it has: some 60,000 requests, or 60 of the longest
 * conversations.
 */
const MAX_WAITING = 32 * 1_048_576
/** How long closing waits for the last transaction. */
const LAST_WRITE_MS = 1_000

/** What the request log tells the log of the miner: once when it fails, and once when it writes again. */
export type RequestLogEvent =
  | {
      readonly level: 'warn'
      readonly event: 'requestLogFailed'
      readonly code: RequestLogErrorCode | null
      readonly message: string
      readonly hint: string | undefined
    }
  | {
      readonly level: 'info'
      readonly event: 'requestLogRecovered'
      readonly afterMs: number
      readonly lost: number
      readonly message: string
    }

/** How the request log does. */
export type RequestLogState = {
  /** requests in the file, of this process */
  readonly written: number
  /** requests that could not be written, or found no room in the queue */
  readonly lost: number
  /** why requests are not written now; null: they are */
  readonly problem: { readonly code: RequestLogErrorCode | null; readonly message: string } | null
}

type RequestLogWriterOptions = WriterOptions & {
  /** epoch milliseconds */
  readonly now: () => number
  /** Must not throw. */
  readonly onEvent: (event: RequestLogEvent) => void
  /** characters that may wait, in place of the usual bound; for tests */
  readonly maxWaiting?: number
  /** the thread's script; for tests */
  readonly code?: URL
}

/**
 * Opens the file of a request log in a thread of its own, in a folder that only this user may enter. On a full disk, or while
 * another program holds the file, it opens later.
 *
 * @throws {RequestLogError} as `openToWrite`, but REQUEST_LOG_FULL and REQUEST_LOG_LOCKED · REQUEST_LOG_STOPPED
 */
export async function openRequestLogWriter(options: RequestLogWriterOptions): Promise<RequestLogWriter> {
  const { path } = options
  try {
    await makePrivateFolder(dirname(path))
  } catch (cause) {
    const message = `cannot make the folder of the request log: ${(cause as Error).message}`
    const hint = 'let this user write it, or name another data folder with MINER_DATA_DIR'
    throw new RequestLogError('REQUEST_LOG_UNWRITABLE', message, { hint, cause })
  }
  const writer = new RequestLogWriter(options)
  try {
    await writer.open()
    return writer
  } catch (error) {
    await writer[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Queues requests, and has a thread write them, a batch a second. What it cannot write is counted, and dropped; while another
 * program holds the file, requests wait.
 */
export class RequestLogWriter implements AsyncDisposable {
  readonly #options: RequestLogWriterOptions
  readonly #strangers = new StrangerCounts()
  readonly #timer: NodeJS.Timeout
  #thread: DatabaseThread
  /** as JSON: to send a text costs the least */
  #waiting: string[] = []
  #waitingLength = 0
  #writing: Promise<void> | undefined
  /** requests beyond the retention are left */
  #isOver = false
  #writtenAt = Number.NEGATIVE_INFINITY
  #written = 0
  #lost = 0
  #problem: Problem | null = null

  constructor(options: RequestLogWriterOptions) {
    this.#options = options
    this.#thread = this.#startThread()
    // Periodic, so neither `withTimeout` nor `timeoutSignal`.
    this.#timer = setInterval(() => this.#tick(), WRITE_MS).unref()
  }

  get state(): RequestLogState {
    const problem = this.#problem && { code: this.#problem.code, message: this.#problem.message }
    return { written: this.#written, lost: this.#lost, problem }
  }

  async open(): Promise<void> {
    try {
      await this.#thread.call('open')
    } catch (error) {
      if (!isCode(error, 'REQUEST_LOG_FULL', 'REQUEST_LOG_LOCKED')) throw error
      this.#fail(error)
    }
  }

  /** Queues a request, unless the queue is full. */
  add(entry: NewEntry): void {
    if (this.#queue(JSON.stringify(entry))) return
    // A problem that is known is the cause.
    if (!this.#problem) this.#fail(tooSlow())
    this.#lost++
  }

  /** Counts a request of a caller that proved no hotkey. */
  addStranger(code: string): void {
    this.#strangers.add(code, this.#options.now())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    const last = async () => {
      await this.#writing
      if (this.#waiting.length > 0 || this.#strangers.isCounting) await this.#write()
    }
    // On a disk that hangs the last second is lost, as when the process is killed.
    await withTimeout(last(), LAST_WRITE_MS).catch(() => {})
    await this.#thread[Symbol.asyncDispose]()
  }

  #tick(): void {
    const now = this.#options.now()
    const isDue = Math.abs(now - this.#writtenAt) >= PRUNE_MS || this.#isOver
    if (!this.#writing && (isDue || this.#waiting.length > 0)) void this.#write()
  }

  #write(): Promise<void> {
    const entries = this.#waiting
    const lost = this.#lost
    const strangers = this.#strangers.take()
    const batch = `{"entries":[${entries.join(',')}],"strangers":${JSON.stringify(strangers)}}`
    this.#waiting = []
    this.#waitingLength = 0
    this.#writtenAt = this.#options.now()
    this.#writing = this.#send(batch).then(
      ({ isOver, refused, refusal }) => {
        this.#isOver = isOver
        this.#written += entries.length - refused
        // The queue that overflowed meanwhile is full still.
        if (this.#lost === lost && refusal === null) this.#recover()
        if (refusal !== null) this.#fail(refusedError(refusal))
        this.#lost += refused
      },
      (error: unknown) => {
        this.#fail(error)
        this.#lost += isCode(error, 'REQUEST_LOG_LOCKED') ? this.#putBack(entries, strangers) : entries.length
      },
    )
    return this.#writing.finally(() => {
      this.#writing = undefined
    })
  }

  /** Has a batch wait again, the requests that came since behind it. @returns how many of those find no room any more */
  #putBack(entries: readonly string[], strangers: readonly StrangerCount[]): number {
    this.#strangers.putBack(strangers)
    const since = this.#waiting
    this.#waiting = []
    this.#waitingLength = 0
    return [...entries, ...since].filter(text => !this.#queue(text)).length
  }

  /** @returns whether there is room for a request */
  #queue(text: string): boolean {
    const { maxWaiting = MAX_WAITING } = this.#options
    if (this.#waitingLength + text.length > maxWaiting) return false
    this.#waiting.push(text)
    this.#waitingLength += text.length
    return true
  }

  // Async, so that a thread that cannot be started fails the batch, and not the timer.
  async #send(batch: string): Promise<WrittenBatch> {
    if (this.#thread.isEnded) this.#thread = this.#startThread()
    return this.#thread.call<WrittenBatch>('write', batch, this.#options.now())
  }

  #startThread(): DatabaseThread {
    const { path, secrets, maxAgeMs, maxBytes, maxPages, code } = this.#options
    return new DatabaseThread({ use: 'write', path, secrets, maxAgeMs, maxBytes, maxPages }, code)
  }

  #fail(error: unknown): void {
    const { message } = error as Error
    const { code, hint } = error instanceof RequestLogError ? error : { code: null, hint: undefined }
    if (this.#problem?.code === code) return
    const { since = this.#options.now(), lost = this.#lost } = this.#problem ?? {}
    this.#problem = { code, message, since, lost }
    this.#options.onEvent({ level: 'warn', event: 'requestLogFailed', code, message, hint })
  }

  #recover(): void {
    if (!this.#problem) return
    const { since, lost: before } = this.#problem
    this.#problem = null
    const lost = this.#lost - before
    const message = `requests are written to the request log again; ${lost} were not`
    this.#options.onEvent({
      level: 'info',
      event: 'requestLogRecovered',
      afterMs: this.#options.now() - since,
      lost,
      message,
    })
  }
}

type Problem = NonNullable<RequestLogState['problem']> & {
  /** epoch milliseconds */
  readonly since: number
  /** how many were lost before it */
  readonly lost: number
}

function isCode(error: unknown, ...codes: readonly RequestLogErrorCode[]): boolean {
  return error instanceof RequestLogError && codes.includes(error.code)
}

function tooSlow(): RequestLogError {
  return new RequestLogError('REQUEST_LOG_SLOW', 'requests come faster than the request log is written', {
    hint: 'put the data folder on a faster disk, or keep metadata only',
  })
}

function refusedError(reason: string): RequestLogError {
  return new RequestLogError('REQUEST_LOG_REFUSED', `the request log does not take a request: ${reason}`, {
    hint: 'report it; other requests are written',
  })
}
