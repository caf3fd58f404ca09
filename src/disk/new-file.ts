import { type FileHandle, open } from 'node:fs/promises'

/**
 * Creates a file that only this user may read and write, and returns when its text is on the disk.
 *
 * @param path where nothing may be yet, not even a symbolic link
 * @param prepare changes the file further before it is synced
 * @throws the error of the file system; EEXIST when the path is taken
 */
export async function writeNewFile(
  path: string,
  text: string,
  prepare: (file: FileHandle) => Promise<void> = async () => {},
): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await prepare(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
