import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { RequestLogError } from '../request-log-error.js'
import { besides } from './claim-file.js'
import { backupFailure, backupTaken } from './failures.js'

type BackUpOptions = CopyOptions & {
  /** of the database */
  readonly path: string
}

/** Where a copy goes. */
export type CopyOptions = {
  /** an absolute path */
  readonly target: string
  /** the file in its folder that is written first, so that a copy that breaks off is never taken for a whole one */
  readonly beside: string
  /** whether a file that is there is replaced, once the copy is whole */
  readonly replace: boolean
}

/**
 * Writes a copy of a whole database as it is now, which only this user may read. A thread that is ended meanwhile leaves
 * `unfinishedFiles`, and no target.
 *
 * @throws {RequestLogError} BACKUP_EXISTS · BACKUP_MISPLACED · BACKUP_FAILED
 */
export function backUp(database: DatabaseSync, { path, target, beside, replace }: BackUpOptions): void {
  try {
    requireOther(target, path)
    // Asked again when the copy is whole; here it saves the work.
    if (!replace && lstatSync(target, { throwIfNoEntry: false })) throw backupTaken(target)
    // SQLite writes into an empty file, and keeps its mode.
    makeFile(beside)
    database.prepare('VACUUM INTO ?').run(beside)
    sync(beside)
    if (replace) renameSync(beside, target)
    else place(beside, target)
  } catch (error) {
    for (const file of unfinishedFiles(beside)) rmSync(file, { force: true })
    throw backupFailure(error, target)
  }
}

/** The files that a copy has until it is whole. */
export function unfinishedFiles(beside: string): readonly string[] {
  return [beside, `${beside}-journal`]
}

/** Gives a file its name, unless another one has it. */
function place(beside: string, target: string): void {
  try {
    linkSync(beside, target)
  } catch (error) {
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    // An empty file keeps the place, so that no file of another process is replaced.
    makeFile(target)
    renameSync(beside, target)
  }
  rmSync(beside, { force: true })
}

/** How a file system answers that has no hard links, as that of a memory stick. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

function makeFile(path: string): void {
  closeSync(openSync(path, 'wx', 0o600))
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
