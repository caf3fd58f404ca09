import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { writeFailure } from './failures.js'
import { openToWrite } from './open-database.js'
import { type NewEntry, requestColumns, valuesOfRequest } from './request-row.js'
import { Retention, type RetentionLimits } from './retention.js'
import { rollBack } from './schema.js'
import { scrubber } from './scrub.js'

/** How many requests of callers that proved no hotkey ended with a code, in one minute since the epoch. */
export type StrangerCount = { readonly minute: number; readonly code: string; readonly count: number }

/** What is written in one transaction. */
export type RequestBatch = { readonly entries: readonly NewEntry[]; readonly strangers: readonly StrangerCount[] }

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

  /** Opens the file. @throws {RequestLogError} as `openToWrite` */
  open(): void {
    if (this.#open) return
    const { path, maxPages, ...limits } = this.#options
    const database = openToWrite(path)
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`)
    this.#open = { database, ...statements(database), retention: new Retention(database, limits) }
  }

  /**
   * Writes a batch, or nothing of it.
   *
   * @param json a `RequestBatch`
   * @returns whether requests beyond the retention are left, for the next transaction
   * @throws {RequestLogError} as `openToWrite`
   */
  write(json: string, now: number): boolean {
    const { entries, strangers } = this.#scrub(JSON.parse(json) as RequestBatch)
    this.open()
    const { database, insertRequest, insertConversation, addStrangers, retention } = this.#open!
    try {
      database.exec('BEGIN IMMEDIATE')
      for (const { request, conversations = [] } of entries) {
        const { lastInsertRowid } = insertRequest.run(...valuesOfRequest(request))
        for (const [number, { question, answer, isTruncated, toolCalls }] of conversations.entries())
          insertConversation.run(
            lastInsertRowid,
            number,
            JSON.stringify(question),
            answer,
            isTruncated ? 1 : 0,
            toolCalls.length > 0 ? JSON.stringify(toolCalls) : null,
          )
      }
      for (const { minute, code, count } of strangers) addStrangers.run(minute, code, count)
      const isOver = retention.prune(now, entries.length)
      database.exec('COMMIT')
      return isOver
    } catch (error) {
      rollBack(database)
      throw writeFailure(error, this.#options.path)
    }
  }

  close(): void {
    this.#open?.database.close()
    this.#open = undefined
  }
}

type OpenDatabase = ReturnType<typeof statements> & { readonly database: DatabaseSync; readonly retention: Retention }

function statements(
  database: DatabaseSync,
): Record<'insertRequest' | 'insertConversation' | 'addStrangers', StatementSync> {
  const places = requestColumns.map(() => '?').join(', ')
  return {
    insertRequest: database.prepare(`INSERT INTO requests (${requestColumns.join(', ')}) VALUES (${places})`),
    insertConversation: database.prepare(
      'INSERT INTO conversations (seq, number, question, answer, is_truncated, tool_calls) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    addStrangers: database.prepare(
      'INSERT INTO strangers (minute, code, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    ),
  }
}
