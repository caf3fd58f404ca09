import { existsSync } from 'node:fs'
import { RequestLogError, type RequestLogErrorCode } from '../request-log-error.js'

// Result codes of SQLite (sqlite.org/rescode.html). The primary code is the lowest byte.
const BUSY = 5
const LOCKED = 6
const FULL = 13
const CORRUPT = 11
const TOO_BIG = 18
const CONSTRAINT = 19
const MISMATCH = 20
const NOT_A_DATABASE = 26
/** The index of the journal cannot grow: on a full disk, too. */
const IOERR_SHMSIZE = 10 | (19 << 8)

/** Returns whether the database refuses one row, for what is in it; it takes others. */
export function isRefused(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  // A value that is of no type of SQLite's.
  return code === 'ERR_INVALID_ARG_TYPE' || hasCode(error, [TOO_BIG, CONSTRAINT, MISMATCH])
}

/** Returns why the file cannot be written, as an error of the request log. */
export function writeFailure(error: unknown, path: string): unknown {
  if (error instanceof RequestLogError) return error
  const reason = reasonOf(error)
  if (isFull(error))
    return failure('REQUEST_LOG_FULL', `the disk is full: ${path} cannot grow`, error, 'make room on the disk')
  if (isBroken(error)) return broken(error, path, 'move it away; miner serve then makes a new one')
  if (isLocked(error)) return locked(error, path)
  return failure(
    'REQUEST_LOG_UNWRITABLE',
    `cannot write ${path}: ${reason}`,
    error,
    'let this user write the folder, or name another one with MINER_DATA_DIR',
  )
}

/** Returns why the file cannot be read, as an error of the request log. */
export function readFailure(error: unknown, path: string): unknown {
  if (error instanceof RequestLogError) return error
  if (!existsSync(path))
    return failure(
      'REQUEST_LOG_MISSING',
      `the request log ${path} does not exist`,
      error,
      'serve with --request-log metadata',
    )
  if (isBroken(error)) return broken(error, path, FIND_HINT)
  if (isLocked(error)) return locked(error, path)
  return failure(
    'REQUEST_LOG_UNREADABLE',
    `cannot read ${path}: ${reasonOf(error)}`,
    error,
    'let this user read and write the file and its folder',
  )
}

/** Returns why a copy cannot be written, as an error of the request log. */
export function backupFailure(error: unknown, target: string): RequestLogError {
  if (error instanceof RequestLogError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') return backupTaken(target, error)
  const reason = isFull(error) ? 'the disk is full' : reasonOf(error)
  return failure(
    'BACKUP_FAILED',
    `cannot write ${target}: ${reason}`,
    error,
    'name a file in a folder that exists and has room',
  )
}

/** Returns that a file is where a copy would go. */
export function backupTaken(target: string, cause?: unknown): RequestLogError {
  return failure('BACKUP_EXISTS', `${target} exists`, cause, 'name another file, or give --force to replace it')
}

function failure(code: RequestLogErrorCode, message: string, cause: unknown, hint: string): RequestLogError {
  return new RequestLogError(code, message, { hint, cause })
}

/** How to find the file that is meant. */
export const FIND_HINT =
  'miner logs path prints where the miner has its request log; if it is this one, move it away, and miner serve makes a new one'

function broken(error: unknown, path: string, hint: string): RequestLogError {
  const what = hasCode(error, [NOT_A_DATABASE])
    ? 'is not a request log: it is not a SQLite database'
    : `is damaged: ${reasonOf(error)}`
  return failure('REQUEST_LOG_BROKEN', `${path} ${what}`, error, hint)
}

function locked(error: unknown, path: string): RequestLogError {
  const message = `another program holds ${path}: ${reasonOf(error)}`
  return failure('REQUEST_LOG_LOCKED', message, error, 'end that program, or its transaction')
}

function isLocked(error: unknown): boolean {
  return hasCode(error, [BUSY, LOCKED])
}

function isFull(error: unknown): boolean {
  const { code, errcode } = error as SystemError
  return code === 'ENOSPC' || code === 'EDQUOT' || hasCode(error, [FULL]) || errcode === IOERR_SHMSIZE
}

function isBroken(error: unknown): boolean {
  return hasCode(error, [CORRUPT, NOT_A_DATABASE])
}

/** Whether an error is SQLite's, with one of these primary codes. */
function hasCode(error: unknown, codes: readonly number[]): boolean {
  const { errcode } = error as SystemError
  return errcode !== undefined && codes.includes(errcode & 0xff)
}

/** An error of the file system, or of node:sqlite, which gives SQLite's code as `errcode`. */
type SystemError = NodeJS.ErrnoException & { readonly errcode?: number }

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
