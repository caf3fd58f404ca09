import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import {
  type LoggedRequests,
  MOST_LISTED,
  type RequestFilter,
  type WholeRequest,
  type WrittenRequests,
} from '../logged-request.js'
import { RequestLogError } from '../request-log-error.js'
import { backUp, type CopyOptions } from './back-up.js'
import { readFailure } from './failures.js'
import { FileIdentity } from './file-identity.js'
import { openToRead } from './open-database.js'
import { conversationOfRow, requestOfRow, selectedConversation, selectedRequest } from './request-row.js'
import { numberOf, SLOW_MS } from './schema.js'

/** Reads a request log, while another process may write it. Each method throws {RequestLogError}. */
export class RequestReader {
  readonly #path: string
  #open: { readonly database: DatabaseSync; readonly file: FileIdentity } | undefined
  #openings = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Opens the file, unless it is open; also when another one has taken its place. @throws {RequestLogError} as `openToRead` */
  open(): void {
    if (this.#open?.file.isAt(this.#path)) return
    this.close()
    const database = openToRead(this.#path)
    this.#open = { database, file: new FileIdentity(this.#path) }
    this.#openings++
  }

  /** Returns the last requests that a filter lets through, by their arrival. */
  list(filter: RequestFilter, count: number): LoggedRequests {
    return this.#read(database => {
      const { sql, values } = listQuery(filter)
      const rows = database.prepare(sql).all(...values, count) as Row[]
      const requests = rows.map(requestOfRow).reverse()
      const since = filter.since ?? requests[0]?.at ?? 0
      const { count: strangers } = database
        .prepare('SELECT coalesce(sum(count), 0) AS count FROM strangers WHERE minute >= ?')
        .get(Math.floor(since / 60_000)) as { count: number }
      return { requests, strangers }
    })
  }

  /** Returns the number of the last request; 0 when there is none. */
  lastSeq(): number {
    return this.#read(lastSeq)
  }

  /** Returns the requests that were written after one, in the order in which they were; all of a file that is another now. */
  after(seq: number, filter: RequestFilter): WrittenRequests {
    const known = this.#openings
    return this.#read(database => {
      // Taken first: a request that is written meanwhile is behind it.
      const last = lastSeq(database)
      const isOther = known > 0 && this.#openings > known
      const from = isOther || last < seq ? 0 : seq
      const { sql, values } = afterQuery(filter)
      const requests = (database.prepare(sql).all(from, last, ...values) as Row[]).map(requestOfRow)
      const isAll = requests.length < MOST_LISTED
      return { requests, seq: isAll ? last : requests.at(-1)!.seq }
    })
  }

  /**
   * Returns the request whose id begins with a text.
   *
   * @throws {RequestLogError} REQUEST_UNKNOWN · REQUEST_AMBIGUOUS
   */
  find(prefix: string): WholeRequest {
    return this.#read(database => {
      const rows = database.prepare(FIND).all(prefix, `${prefix}\u{10ffff}`) as Row[]
      if (rows.length === 0) throw unknown()
      // A whole id may be the start of another one.
      const row = rows.length === 1 ? rows[0] : rows.find(({ id }) => id === prefix)
      if (!row) throw ambiguous(rows.map(({ id }) => String(id)))
      const conversations = database.prepare(CONVERSATIONS).all(row.seq!)
      return { request: requestOfRow(row), conversations: (conversations as Row[]).map(conversationOfRow) }
    })
  }

  /**
   * Writes a copy of the whole file as it is now, which only this user may read.
   *
   * @throws {RequestLogError} BACKUP_EXISTS · BACKUP_MISPLACED · BACKUP_FAILED
   */
  backup(options: CopyOptions): void {
    this.#read(database => backUp(database, { path: this.#path, ...options }))
  }

  close(): void {
    this.#open?.database.close()
    this.#open = undefined
  }

  /** @throws {RequestLogError} REQUEST_LOG_UNREADABLE */
  #read<T>(read: (database: DatabaseSync) => T): T {
    this.open()
    try {
      return read(this.#open!.database)
    } catch (error) {
      throw readFailure(error, this.#path)
    }
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>

/** How many ids an error names that begin alike. */
const FOUND = 4
const FIND = `SELECT ${selectedRequest} FROM requests WHERE id >= ? AND id < ? ORDER BY id LIMIT ${FOUND}`
const CONVERSATIONS = `SELECT ${selectedConversation} FROM conversations WHERE seq = ? ORDER BY number`

/** Returns the statement that lists requests, the newest first; its last value is their number. */
export function listQuery(filter: RequestFilter): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  const { where, values } = conditions(filter)
  const condition = where.length > 0 ? `WHERE ${where.join(' AND ')} ` : ''
  return { sql: `SELECT ${selectedRequest} FROM requests ${condition}ORDER BY at DESC LIMIT ?`, values }
}

/**
 * Returns the statement that lists requests by their numbers; its first values are the number before the first one, and the
 * last number. `+` keeps SQLite from an index, whose rows of all times it would sort at each look.
 */
export function afterQuery(filter: RequestFilter): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  const { where, values } = conditions(filter)
  const condition = ['seq > ? AND seq <= ?', ...where.map(sql => `+${sql}`)].join(' AND ')
  return { sql: `SELECT ${selectedRequest} FROM requests WHERE ${condition} ORDER BY seq LIMIT ${MOST_LISTED}`, values }
}

function lastSeq(database: DatabaseSync): number {
  // Not that of a row, which the retention may have dropped.
  return numberOf(database, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'requests'")
}

function conditions({ since, hotkey, status, statusKind, outcome, minMs }: RequestFilter) {
  const parts: (readonly [sql: string, value: SQLInputValue | undefined])[] = [
    ['at >= ?', since],
    ['hotkey = ?', hotkey],
    ['status = ?', status],
    ['status / 100 = ?', statusKind],
    ['outcome = ?', outcome],
    ['ms >= ?', minMs],
  ]
  const given = parts.filter(([, value]) => value !== undefined)
  return {
    where: [
      ...given.map(([sql]) => sql),
      // SQLite uses the index of slow requests only for a condition that it can see is as strict.
      ...(minMs !== undefined && minMs >= SLOW_MS ? [`ms >= ${SLOW_MS}`] : []),
    ],
    values: given.map(([, value]) => value!),
  }
}

function unknown(): RequestLogError {
  return new RequestLogError('REQUEST_UNKNOWN', 'no request in the log has an id that begins like this', {
    hint: 'miner logs lists the last ones; requests of callers that proved no hotkey are only counted',
  })
}

function ambiguous(ids: readonly string[]): RequestLogError {
  const more = ids.length === FOUND ? ', …' : ''
  return new RequestLogError(
    'REQUEST_AMBIGUOUS',
    `several requests have ids that begin like this: ${ids.join(', ')}${more}`,
    {
      hint: 'give more characters of the id',
    },
  )
}
