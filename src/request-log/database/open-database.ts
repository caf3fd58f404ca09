import { DatabaseSync } from 'node:sqlite'
import { claimFile, requireOwn } from './claim-file.js'
import { readFailure, writeFailure } from './failures.js'
import { migrate, requireSchema } from './schema.js'

/** How long a statement waits for another process that writes. */
const BUSY_MS = 5_000

/**
 * Opens the file of a request log to write it, and creates or upgrades it.
 *
 * In WAL mode a reader never waits for the writer, nor the writer for a reader, and a transaction is one append. When the
 * process is killed, what was committed is in the hands of the system; the next opening finds it. `synchronous = NORMAL` does
 * not sync each transaction: a power failure may take the last ones, but leaves the file whole.
 *
 * @throws {RequestLogError} REQUEST_LOG_UNSAFE · REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN · REQUEST_LOG_FULL ·
 *   REQUEST_LOG_LOCKED · REQUEST_LOG_UNWRITABLE
 */
export function openToWrite(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    claimFile(path)
    database = new DatabaseSync(path)
    // auto_vacuum comes first: it counts only in a file without tables.
    database.exec(`
      PRAGMA busy_timeout = ${BUSY_MS};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${JOURNAL_BYTES};
      PRAGMA trusted_schema = OFF;
    `)
    migrate(database, path)
    return database
  } catch (error) {
    database?.close()
    throw writeFailure(error, path)
  }
}

/** What the journal keeps on the disk between transactions. */
const JOURNAL_BYTES = 8 * 1_048_576

/**
 * Opens the file of a request log to read it, while another process may write it.
 *
 * @throws {RequestLogError} REQUEST_LOG_MISSING · REQUEST_LOG_UNSAFE · REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN ·
 *   REQUEST_LOG_LOCKED · REQUEST_LOG_UNREADABLE
 */
export function openToRead(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    requireOwn(path, 'name the file itself: miner logs path prints where the miner has its own')
    database = new DatabaseSync(path, { readOnly: true })
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA trusted_schema = OFF`)
    requireSchema(database, path)
    return database
  } catch (error) {
    database?.close()
    throw readFailure(error, path)
  }
}
