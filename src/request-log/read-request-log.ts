import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type CopyOptions, unfinishedFiles } from './database/back-up.js'
import { DatabaseThread } from './database-thread.js'
import type { LoggedRequests, RequestFilter, WholeRequest, WrittenRequests } from './logged-request.js'

/**
 * Reads a request log in a thread of its own, while a miner may write it. Each method throws {RequestLogError}:
 * REQUEST_LOG_MISSING · REQUEST_LOG_UNSAFE · REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN · REQUEST_LOG_LOCKED ·
 * REQUEST_LOG_UNREADABLE · REQUEST_LOG_STOPPED.
 */
export type RequestLogFile = AsyncDisposable & {
  /** Returns the last requests by their arrival, the newest last. */
  list(filter: RequestFilter, count: number): Promise<LoggedRequests>
  /** Returns the number of the last request that was written; 0 when there is none. */
  lastSeq(): Promise<number>
  /** Returns the requests that were written after one, in the order in which they were. */
  after(seq: number, filter: RequestFilter): Promise<WrittenRequests>
  /** Returns the request whose id begins with a text. @throws {RequestLogError} REQUEST_UNKNOWN · REQUEST_AMBIGUOUS */
  find(prefix: string): Promise<WholeRequest>
  /** Writes a copy of the file; closing the log meanwhile breaks it off, and at once removes what it has written. @throws {RequestLogError} BACKUP_EXISTS · BACKUP_MISPLACED · BACKUP_FAILED */
  backup(target: string, replace: boolean): Promise<void>
}

export function readRequestLog(path: string): RequestLogFile {
  const thread = new DatabaseThread({ use: 'read', path })
  const unfinished = new Set<string>()
  const removeUnfinished = () => {
    for (const file of [...unfinished].flatMap(unfinishedFiles)) rmSync(file, { force: true })
  }
  return {
    list: (filter, count) => thread.call('list', filter, count),
    lastSeq: () => thread.call('lastSeq'),
    after: (seq, filter) => thread.call('after', seq, filter),
    find: prefix => thread.call('find', prefix),
    async backup(target, replace) {
      const beside = `${target}.${randomBytes(6).toString('hex')}.new`
      unfinished.add(beside)
      await thread.call('backup', { target, beside, replace } satisfies CopyOptions)
      unfinished.delete(beside)
    },
    async [Symbol.asyncDispose]() {
      // A thread that is ended while SQLite copies removes nothing. At once, too: a program that a signal ends does not wait for it.
      removeUnfinished()
      await thread[Symbol.asyncDispose]()
      removeUnfinished()
    },
  }
}
