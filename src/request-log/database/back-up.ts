import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { RequestLogError } from '../request-log-error.js'
import { besides } from './claim-file.js'
import { backupFailure } from './failures.js'

type BackUpOptions = {
  /** of the database */
  readonly path: string
  /** an absolute path */
  readonly target: string
  /** whether a file that is there is replaced, once the copy is whole */
  readonly replace: boolean
}

/**
 * Writes a copy of a whole database as it is now, which only this user may read.
 *
 * @throws {RequestLogError} BACKUP_EXISTS · BACKUP_MISPLACED · BACKUP_FAILED
 */
export function backUp(database: DatabaseSync, { path, target, replace }: BackUpOptions): void {
  // Beside it, so that a copy that breaks off is never taken for a whole one.
  const beside = `${target}.${randomBytes(6).toString('hex')}.new`
  const made: string[] = []
  const make = (file: string) => {
    closeSync(openSync(file, 'wx', 0o600))
    made.push(file)
  }
  try {
    requireOther(target, path)
    // An empty file keeps the place, so that no file of another process is replaced.
    if (!replace) make(target)
    // SQLite writes into an empty file, and keeps its mode.
    make(beside)
    database.prepare('VACUUM INTO ?').run(beside)
    sync(beside)
    renameSync(beside, target)
  } catch (error) {
    for (const file of made) rmSync(file, { force: true })
    throw backupFailure(error, target)
  }
}

/** A copy in place of the request log would take the file from the miner that writes it. */
function requireOther(target: string, path: string): void {
  const there = statSync(target, { throwIfNoEntry: false })
  if (there?.isDirectory())
    throw misplaced(`${target} is a folder`, `name the file to write, such as ${join(target, basename(path))}`)
  const own = ['', ...besides].map(beside => statSync(path + beside, { throwIfNoEntry: false }))
  if (there && own.some(file => file?.dev === there.dev && file.ino === there.ino))
    throw misplaced(`${target} is the request log itself`, 'name another file')
}

function misplaced(message: string, hint: string): RequestLogError {
  return new RequestLogError('BACKUP_MISPLACED', message, { hint })
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
