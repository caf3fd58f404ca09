import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeNewFile } from './new-file.js'

/** Why a file cannot be used, in words that follow its path, and the system's code for that. */
export type Unreadable = { readonly why: string; readonly code: string }

/**
 * Replaces a file that only this user may read and write, in a folder that only this user may enter. A reader finds the old
 * text or the new one, also after a crash and a power failure: the text is written beside the file, synced, and renamed.
 *
 * @param path its folder is created if need be, with mode 0700; a folder with another mode gets this one
 * @throws the error of the file system; the old file then remains
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await makePrivateFolder(folder)
  await removeLeftovers(path)
  const beside = `${path}.${randomBytes(6).toString('hex')}${BESIDE}`
  try {
    await writeNewFile(beside, text)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}) // the first error is the one to report
    throw error
  }
  await syncFolder(folder)
}

/**
 * Reads a file that only this user could have written: a regular file of this user's in a folder of this user's, neither of
 * them writable by others.
 *
 * @param how.isSecret others may not have read it, either
 * @returns its bytes, or why they are not to be trusted
 */
export async function readPrivateFile(
  path: string,
  maxBytes: number,
  { isSecret = false } = {},
): Promise<Buffer | Unreadable> {
  try {
    const folder = await stat(dirname(path))
    // Not a link, which may lead out of the folder; and a named pipe must not make it wait for a writer.
    const file = await open(path, constants.O_RDONLY | noFollow | nonBlock)
    try {
      const about = await file.stat()
      if (!about.isFile()) return { why: 'is not a regular file', code: 'EINVAL' }
      const why = whyForeign(about) ?? (isSecret ? whyRead(about) : undefined) ?? inFolder(whyForeign(folder))
      if (why !== undefined) return { why, code: 'EPERM' }
      return await readAll(file, maxBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN'
    return { why: reasons.get(code) ?? `cannot be read: ${code}`, code }
  }
}

async function readAll(file: FileHandle, maxBytes: number): Promise<Buffer | Unreadable> {
  // One extra byte shows whether the file is too large; one that grows meanwhile is not read further.
  const bytes = Buffer.alloc(Math.min((await file.stat()).size, maxBytes) + 1)
  let length = 0
  for (let read = -1; read !== 0 && length < bytes.length; length += read)
    read = (await file.read(bytes, length, bytes.length - length, null)).bytesRead
  return length > maxBytes ? { why: `is larger than ${maxBytes / 1024} KiB`, code: 'EFBIG' } : bytes.subarray(0, length)
}

type Owned = { readonly uid: number; readonly mode: number }

// Windows has neither owners nor modes of this kind.
function whyForeign({ uid, mode }: Owned): string | undefined {
  const ours = process.getuid?.()
  if (ours === undefined) return undefined
  if (uid !== ours) return `belongs to the user with id ${uid}, and this one has id ${ours}`
  return mode & 0o022 ? `may be written by others (mode ${(mode & 0o777).toString(8)})` : undefined
}

function whyRead({ mode }: Owned): string | undefined {
  if (process.getuid === undefined || (mode & 0o077) === 0) return undefined
  return `may be read by others (mode ${(mode & 0o777).toString(8)})`
}

function inFolder(why: string | undefined): string | undefined {
  return why && `is in a folder that ${why}`
}

/** Creates a folder that only this user may enter, with its parents; one with another mode gets mode 0700. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await makeFolders(folder)
  // It may be older than this program, or come out of a backup. Its parents are not ours to change.
  const { uid, mode } = await stat(folder)
  if (uid === process.getuid?.() && mode & 0o077) await chmod(folder, 0o700)
}

/** Creates a folder and its parents, one by one: Node's recursive `mkdir` never returns for a parent like `/proc`. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolders(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch(unlessExists)
  }
}

/** Lets another process make the folder first. */
function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

const BESIDE = '.new'
/** Longer than any write takes. */
const LEFTOVER_MS = 3_600_000

/** Removes what processes that were killed left beside the file. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(BESIDE)) continue
    const leftover = join(folder, name)
    const isOld = await stat(leftover).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > LEFTOVER_MS,
      () => false, // its process has renamed it meanwhile
    )
    if (isOld) await rm(leftover, { force: true })
  }
}

/** Makes the rename durable. A system that cannot sync a folder, as Windows, syncs it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

const noFollow = constants.O_NOFOLLOW ?? 0
const nonBlock = constants.O_NONBLOCK ?? 0

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'has a parent that is not a folder'],
  ['EACCES', 'is not readable by this user'],
  ['EPERM', 'is not readable by this user'],
  ['ELOOP', 'is a symbolic link'],
])
