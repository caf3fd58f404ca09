import type { DatabaseSync } from 'node:sqlite'
import { isRefused, writeFailure } from './failures.js'
import { FileIdentity } from './file-identity.js'
import { openToWrite } from './open-database.js'
import { type NewEntry, requestColumns, valuesOfConversation, valuesOfRequest } from './request-row.js'
import { Retention, type RetentionLimits } from './retention.js'
import { rollBack } from './schema.js'
import { scrubber } from './scrub.js'

/** How many requests of callers that proved no hotkey ended with a code, in one minute since the epoch. */
export type StrangerCount = { readonly minute: number; readonly code: string; readonly count: number }

/** What is written in one transaction. */
export type RequestBatch = { readonly entries: readonly NewEntry[]; readonly strangers: readonly StrangerCount[] }

/** What became of a batch that was written. */
export type WrittenBatch = {
  /** whether requests beyond the retention are left, for the next transaction */
  readonly isOver: boolean
  /** how many requests the database refused, and why the first of them */
  readonly refused: number
  readonly refusal: string | null
}

export type WriterOptions = RetentionLimits & {
  readonly path: string
  readonly secrets: readonly string[]
  /** pages of the file at most, in place of what the disk holds; for tests */
  readonly maxPages?: number | undefined
}

/** Writes batches of requests, each as one transaction that also drops requests beyond the retention. */
export class RequestWriter {
  readonly #options: WriterOptions
  readonly #scrub: ReturnType<typeof scrubber>
  #open: OpenDatabase | undefined

  constructor(options: WriterOptions) {
    this.#options = options
    this.#scrub = scrubber(options.secrets)
  }

  /**
   * Opens the file, unless it is open; also when it was deleted or another one has taken its place: what SQLite writes into
   * a file without a name is lost with the process.
   *
   * @throws {RequestLogError} as `openToWrite`
   */
  open(): void {
    const { path, maxPages, ...limits } = this.#options
    if (this.#open?.file.isAt(path)) return
    this.close()
    const database = openToWrite(path)
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`)
    const file = new FileIdentity(path)
    this.#open = { database, file, ...statements(database), retention: new Retention(database, limits) }
  }

  /**
   * Writes a batch, but for requests that the database refuses; when it cannot be written, nothing of it.
   *
   * @param json a `RequestBatch`
   * @throws {RequestLogError} as `openToWrite`
   */
  write(json: string, now: number): WrittenBatch {
    const { entries, strangers } = this.#scrub(JSON.parse(json) as RequestBatch)
    this.open()
    const { database, addStrangers, retention } = this.#open!
    try {
      database.exec('BEGIN IMMEDIATE')
      const refusals = entries.map(entry => this.#insert(entry)).filter(reason => reason !== null)
      for (const { minute, code, count } of strangers) addStrangers.run(minute, code, count)
      const isOver = retention.prune(now, entries.length)
      database.exec('COMMIT')
      return { isOver, refused: refusals.length, refusal: refusals[0] ?? null }
    } catch (error) {
      rollBack(database)
      throw writeFailure(error, this.#options.path)
    }
  }

  /** Inserts a request with its conversations. @returns why the database refuses it; null when it does not */
  #insert({ request, conversations = [] }: NewEntry): string | null {
    const { begin, keep, undo, insertRequest, insertConversation } = this.#open!
    begin.run()
    try {
      const { lastInsertRowid } = insertRequest.run(...valuesOfRequest(request))
      for (const [number, conversation] of conversations.entries())
        insertConversation.run(lastInsertRowid, number, ...valuesOfConversation(conversation))
      keep.run()
      return null
    } catch (error) {
      if (!isRefused(error)) throw error
      undo.run()
      keep.run()
      return (error as Error).message
    }
  }

  close(): void {
    this.#open?.database.close()
    this.#open = undefined
  }
}

type OpenDatabase = ReturnType<typeof statements> & {
  readonly database: DatabaseSync
  readonly file: FileIdentity
  readonly retention: Retention
}

function statements(database: DatabaseSync) {
  const places = requestColumns.map(() => '?').join(', ')
  return {
    begin: database.prepare('SAVEPOINT entry'),
    keep: database.prepare('RELEASE entry'),
    undo: database.prepare('ROLLBACK TO entry'),
    insertRequest: database.prepare(`INSERT INTO requests (${requestColumns.join(', ')}) VALUES (${places})`),
    insertConversation: database.prepare(
      'INSERT INTO conversations (seq, number, question, answer, is_truncated, tool_calls) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    addStrangers: database.prepare(
      'INSERT INTO strangers (minute, code, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    ),
  }
}
