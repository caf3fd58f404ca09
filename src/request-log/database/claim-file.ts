import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RequestLogError } from '../request-log-error.js'

/** Files that SQLite keeps beside a database in WAL mode; it gives them the mode of the database. */
export const besides = ['-wal', '-shm']

/**
 * Creates the file of a database, unless there is one, so that SQLite finds one that only this user may read and write. The
 * folder is one that only this user may enter, so that another user cannot replace the file meanwhile.
 *
 * @throws {RequestLogError} REQUEST_LOG_UNSAFE when it is a link, or another user's
 * @throws the error of the file system
 */
export function claimFile(path: string): void {
  const folder = whyForeign(statSync(dirname(path)))
  const hint = 'move it away, or name another data folder with MINER_DATA_DIR'
  if (folder) throw unsafe(dirname(path), folder, hint)
  requireOwn(path, hint)
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600)
  try {
    // It may come out of a backup.
    if (fstatSync(file).mode & 0o077) fchmodSync(file, 0o600)
  } finally {
    closeSync(file)
  }
}

/**
 * Requires that the files of a database, those that there are, are regular files of this user's.
 *
 * @param hint what to do about others
 * @throws {RequestLogError} REQUEST_LOG_UNSAFE
 * @throws the error of the file system
 */
export function requireOwn(path: string, hint: string): void {
  for (const file of ['', ...besides].map(beside => path + beside)) {
    const about = lstatSync(file, { throwIfNoEntry: false })
    const why = about && (whyLinked(about) ?? whyForeign(about))
    if (why) throw unsafe(file, why, hint)
  }
}

/** A file with two names has two sets of files beside it, which ruins a database, and one name may be another user's. */
function whyLinked(about: Stats): string | undefined {
  if (about.isSymbolicLink()) return 'is a symbolic link'
  if (!about.isFile()) return 'is not a regular file'
  return about.nlink > 1 ? 'has a second name, a hard link' : undefined
}

// Windows has no owners of this kind.
function whyForeign({ uid, mode }: Stats): string | undefined {
  const ours = process.getuid?.()
  if (ours === undefined) return undefined
  if (uid !== ours) return `belongs to the user with id ${uid}, and this one has id ${ours}`
  return mode & 0o022 ? `may be written by others (mode ${(mode & 0o777).toString(8)})` : undefined
}

function unsafe(path: string, why: string, hint: string): RequestLogError {
  return new RequestLogError('REQUEST_LOG_UNSAFE', `the request log is not used: ${path} ${why}`, { hint })
}
