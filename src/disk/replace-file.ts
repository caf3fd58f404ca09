import { randomBytes } from 'node:crypto'
import { type FileHandle, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeNewFile } from './new-file.js'
import { syncFolder } from './private-file.js'

/**
 * Replaces a file, or creates it with mode 0600. A reader finds the old text or the new one, also after a crash: the text is
 * written beside the file, synced, and renamed. Mode and owner stay; a symbolic link stays, and the file that it names is
 * replaced.
 *
 * @param options.isUnchanged asked just before the rename; false: the file is left as it is
 * @param options.mode a new mode for the file
 * @returns whether the file was replaced
 * @throws the error of the file system; the old file then remains
 */
export async function replaceFile(
  named: string,
  text: string,
  { isUnchanged = async () => true, mode }: { isUnchanged?: () => Promise<boolean>; mode?: number } = {},
): Promise<boolean> {
  const path = await realpath(named).catch(() => named) // it does not exist yet
  const old = await stat(path).catch(() => undefined)
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeNewFile(beside, text, async file => {
      if (old) await keepAttributes(file, { ...old, mode: mode ?? old.mode })
    })
    const replaces = await isUnchanged()
    if (replaces) await rename(beside, path)
    else await rm(beside)
    if (replaces) await syncFolder(dirname(path))
    return replaces
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}) // the first error is the one to report
    throw error
  }
}

type Attributes = { readonly uid: number; readonly gid: number; readonly mode: number }

async function keepAttributes(file: FileHandle, old: Attributes): Promise<void> {
  const { uid, gid } = await file.stat()
  if (uid !== old.uid || gid !== old.gid) await file.chown(old.uid, old.gid)
  await file.chmod(old.mode & 0o777)
}

/**
 * Creates a file that only this user may read and write.
 *
 * @returns false when the path is taken, also by a symbolic link
 * @throws the error of the file system
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  try {
    await writeNewFile(path, text)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  await syncFolder(dirname(path))
  return true
}
