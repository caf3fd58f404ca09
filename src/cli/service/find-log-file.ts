import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { followLinks } from '../../disk/follow-links.js'
import { type LogFile, type Owner, SYSTEM_LOGS } from '../../service/service.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

type LogFileOptions = {
  /** of the service */
  readonly name: string
  readonly owner: Owner
  /** files and folders that the miner must not be able to write */
  readonly kept: readonly string[]
}

/**
 * Returns where a service writes its log file. The miner may write all of that folder, for the lock and the files that are put aside.
 *
 * @param named absolute; symbolic links are followed
 * @throws {UsageError} NOT_A_SERVICE when the folder has more than logs, or belongs to another user
 */
export async function findLogFile(named: string, { name, owner, kept }: LogFileOptions): Promise<LogFile> {
  const own = ownFolder(name)
  const path = await followLinks(named).catch(error => Promise.reject(unusable(named, messageOf(error), own)))
  const folder = dirname(path)
  await requireApart(named, { path, name, kept })
  const [file, found] = await Promise.all([path, folder].map(one => stat(one).catch(() => undefined))) // missing
  if (file && !file.isFile()) throw unusable(named, 'it is not a regular file', own)
  if (!found) return { path, folder: 'missing' }
  const other = await otherIn(folder, basename(path))
  if (other !== undefined) throw unusable(named, mayWriteAll(folder, `which holds ${escapeName(other)}`), own)
  if (found.uid === owner.uid) return { path, folder: 'own' }
  const mayWrite =
    owner.uid === 0 || (found.mode & 0o002) !== 0 || ((found.mode & 0o020) !== 0 && found.gid === owner.gid)
  if (mayWrite) return { path, folder: 'shared' }
  const user = owner.name ?? `user ${owner.uid}`
  const message = `the owner of the hotkey, ${escapeName(user)}, may not write its folder, ${escapeName(folder)}`
  throw unusable(named, message, `${own}, or give that folder to ${escapeName(user)}, if it has nothing but this log`)
}

type Apart = Pick<LogFileOptions, 'name' | 'kept'> & { readonly path: string }

/**
 * Requires that the folder of a log file, which the miner may write, lies apart from these files and folders.
 *
 * @param named the log file as the setting names it; `path` is where it is
 * @throws {UsageError} NOT_A_SERVICE
 */
export async function requireApart(named: string, { path, name, kept }: Apart): Promise<void> {
  const folder = dirname(path)
  const places = await Promise.all(kept.map(one => followLinks(one).catch(() => one))) // what reads it says why it cannot
  const held = places.find(one => isWithin(one, folder))
  if (held === undefined) return
  const why = held === folder ? 'which is not for its log alone' : `which holds ${escapeName(held)}`
  throw unusable(named, mayWriteAll(folder, why), ownFolder(name))
}

/** Returns a file that is neither the log nor one that was put aside: a folder of the system, or of another program, has some. */
async function otherIn(folder: string, log: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []) // what only its owner may list, such as the miner's own folder
  const other = names.find(one => one !== LOST && !(one.startsWith(log) && OF_A_LOG.test(one.slice(log.length))))
  return other === undefined ? undefined : join(folder, other)
}

/** What follows the name of the log: the numbers of the miner, the numbers and dates of logrotate, and the lock. */
const OF_A_LOG = /^([.-]\d[\d-]*(\.[a-z]\w*)?|\.lock.*)?$/
/** At the top of each disk of its own. */
const LOST = 'lost+found'

/** Whether a path is that of a folder, or in it. */
export function isWithin(path: string, folder: string): boolean {
  return !/^\.\.(\/|$)/.test(relative(folder, path))
}

function mayWriteAll(folder: string, why: string): string {
  return `the miner may write all of its folder, ${escapeName(folder)}, ${why}`
}

function ownFolder(name: string): string {
  return `--log-file ${SYSTEM_LOGS}/${name}/miner.log`
}

function unusable(named: string, why: string, hint: string): UsageError {
  return new UsageError('NOT_A_SERVICE', `the log file ${escapeName(named)} is not for a service: ${why}`, hint)
}

function messageOf(error: unknown): string {
  return escapeName((error as NodeJS.ErrnoException).message)
}
