import { Worker } from 'node:worker_threads'
import { withTimeout } from '../async/timeout.js'
import type { DatabaseCall, DatabaseFailure, DatabaseReply, DatabaseThreadData } from './database/messages.js'
import { RequestLogError } from './request-log-error.js'

/** A thread that holds the file of a request log, to write it or to read it. Only an open call keeps the process alive. */
export class DatabaseThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #isReader: boolean
  readonly #calls = new Map<number, OpenCall>()
  #lastId = 0
  #ended: RequestLogError | undefined

  /** @param code the thread's script; for tests */
  constructor(data: DatabaseThreadData, code: URL = CODE) {
    this.#isReader = data.use === 'read'
    this.#worker = new Worker(code, {
      name: 'requests',
      workerData: data,
      env: {}, // it may hold secrets, and the thread needs none of it
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: MEMORY,
    })
    this.#worker.on('message', (reply: DatabaseReply) => this.#receive(reply))
    this.#worker.on('error', cause => this.#end(stopped(cause)))
    this.#worker.on('exit', () => this.#end(stopped()))
    this.#worker.unref()
  }

  /** whether the thread has ended, so that each call fails */
  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  /**
   * Calls a method of the thread's `RequestWriter` or `RequestReader`.
   *
   * @throws {RequestLogError} what the method throws · REQUEST_LOG_STOPPED
   */
  call<Result>(method: string, ...args: readonly unknown[]): Promise<Result> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#calls.set(id, { resolve: resolve as OpenCall['resolve'], reject })
    this.#worker.ref()
    this.#worker.postMessage({ id, method, args } satisfies DatabaseCall)
    return promise
  }

  /** Closes the file, after the calls before; ends the thread in any case. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A file that is not closed is whole, too: a command that is interrupted does not wait for what it reads.
    const isReading = this.#isReader && this.#calls.size > 0
    if (!isReading) await withTimeout(this.call('close'), CLOSE_MS).catch(() => {})
    this.#end(stopped())
    await this.#worker.terminate()
  }

  #receive(reply: DatabaseReply): void {
    const call = this.#calls.get(reply.id)
    this.#calls.delete(reply.id)
    if (this.#calls.size === 0) this.#worker.unref()
    if ('error' in reply) call?.reject(thrown(reply.error))
    else call?.resolve(reply.result)
  }

  #end(error: RequestLogError): void {
    this.#ended ??= error
    for (const { reject } of this.#calls.values()) reject(this.#ended)
    this.#calls.clear()
    this.#worker.unref()
  }
}

type OpenCall = { resolve(result: unknown): void; reject(error: unknown): void }

const CODE = new URL(import.meta.resolve('#dist/request-log/database/database-worker.js'))

/** A batch of conversations may have 32 MiB, and is parsed and scrubbed. */
const MEMORY = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 }

/** A command waits no longer for its scope to close. */
const CLOSE_MS = 1_500

function thrown({ code, message, hint }: DatabaseFailure): Error {
  return code === null ? new Error(message) : new RequestLogError(code, message, { hint })
}

function stopped(cause?: unknown): RequestLogError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new RequestLogError('REQUEST_LOG_STOPPED', `the thread of the request log ended${why}`, { cause })
}
