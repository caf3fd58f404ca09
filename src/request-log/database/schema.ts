import type { DatabaseSync } from 'node:sqlite'
import { RequestLogError } from '../request-log-error.js'
import { FIND_HINT } from './failures.js'

/** Marks a file as a request log: `mnRQ`. */
const APPLICATION_ID = 0x6d6e5251

/**
 * The steps from an empty file to the schema of this program; `user_version` of a file is how many of them it has had. A step
 * is never changed once it is released. It adds tables, indices, or columns that may be null, and no more: another process may
 * still write with the schema before.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    ms REAL NOT NULL,
    hotkey TEXT NOT NULL,
    address TEXT NOT NULL,
    synapse TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    code TEXT,
    reason TEXT,
    model TEXT,
    endpoint TEXT,
    finish_reason TEXT,
    cut_by TEXT,
    pieces INTEGER,
    attempts TEXT,
    prompt_tokens INTEGER,
    cached_tokens INTEGER,
    completion_tokens INTEGER,
    reasoning_tokens INTEGER,
    cost_usd REAL,
    claimed_ms REAL,
    verified_ms REAL,
    placed_ms REAL,
    first_token_ms REAL,
    done_ms REAL
  ) STRICT;
  CREATE UNIQUE INDEX requests_by_id ON requests (id);
  CREATE INDEX requests_by_time ON requests (at);
  CREATE INDEX requests_by_hotkey ON requests (hotkey, at);
  CREATE INDEX requests_by_status ON requests (status, at);
  CREATE INDEX requests_by_outcome ON requests (outcome, at);
  CREATE INDEX requests_slow ON requests (at) WHERE ms >= 1000;
  CREATE TABLE conversations (
    seq INTEGER NOT NULL REFERENCES requests (seq) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    is_truncated INTEGER NOT NULL,
    tool_calls TEXT,
    PRIMARY KEY (seq, number)
  ) STRICT;
  CREATE TABLE strangers (
    minute INTEGER NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (minute, code)
  ) STRICT, WITHOUT ROWID;
  `,
]

/** Milliseconds from which a request is in the index of slow ones. */
export const SLOW_MS = 1_000

/**
 * Makes the tables of an empty file, or upgrades those of an older version, as one transaction.
 *
 * @param steps those of another version; for tests
 * @throws {RequestLogError} REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN
 */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[] = migrations): void {
  if (versionOf(database, path) === steps.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it meanwhile.
    const version = versionOf(database, path)
    if (version > steps.length) throw newer(path)
    for (const step of steps.slice(version)) database.exec(step)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}; COMMIT`)
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/**
 * Requires that a file has the schema of this program.
 *
 * @throws {RequestLogError} REQUEST_LOG_VERSION · REQUEST_LOG_BROKEN
 */
export function requireSchema(database: DatabaseSync, path: string): void {
  const version = versionOf(database, path)
  if (version > migrations.length) throw newer(path)
  if (version < migrations.length)
    throw new RequestLogError('REQUEST_LOG_VERSION', `an older version of this program wrote ${path}`, {
      hint: 'start miner serve with --request-log once, which upgrades it',
    })
}

/** Ends a transaction that failed. SQLite may have ended it by itself, as it does when the disk is full. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // There is no transaction any more; the first error is the one to report.
  }
}

function versionOf(database: DatabaseSync, path: string): number {
  const version = numberOf(database, 'PRAGMA user_version')
  const id = numberOf(database, 'PRAGMA application_id')
  const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0
  if (id !== APPLICATION_ID && !(id === 0 && version === 0 && isEmpty))
    throw new RequestLogError('REQUEST_LOG_BROKEN', `${path} is a database of another program`, {
      hint: FIND_HINT,
    })
  return version
}

/** Returns the one number that a statement yields. */
export function numberOf(database: DatabaseSync, sql: string): number {
  const [value] = Object.values(database.prepare(sql).get() as Record<string, number>)
  return value!
}

function newer(path: string): RequestLogError {
  return new RequestLogError('REQUEST_LOG_VERSION', `a newer version of this program wrote ${path}`, {
    hint: 'use that version, or move the file away',
  })
}
