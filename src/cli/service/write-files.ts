import { lstat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createPrivateFile, replaceFile } from '../../disk/replace-file.js'
import { escapeName } from '../../text/escape.js'
import { fileUnwritable, makeFolderOf } from '../config/config-file.js'
import { UsageError } from '../errors/usage-error.js'

/** A file that a command prints or writes: its path in the folder of `--write`, and its text. */
export type MadeFile = { readonly path: string; readonly text: string }

type WriteOptions = {
  readonly folder: string
  /** folders in it, for data */
  readonly folders: readonly string[]
  /** replaces files that exist */
  readonly force: boolean
}

/**
 * Writes files that only this user can read to a folder, which is made if need be; where one of them exists, none.
 *
 * @returns their absolute paths
 * @throws {UsageError} FILE_EXISTS without `force` · FILE_UNWRITABLE
 */
export async function writeFiles(
  files: readonly MadeFile[],
  { folder, folders, force }: WriteOptions,
): Promise<readonly string[]> {
  const placed = files.map(({ path, text }) => ({ path: resolve(folder, path), text }))
  if (!force) for (const { path } of placed) if (await lstat(path).catch(() => undefined)) throw fileTaken(path)
  for (const { path, text } of placed) if (!(await written(path, text, force))) throw fileTaken(path)
  for (const name of folders) await makeFolder(join(folder, name))
  return placed.map(({ path }) => path)
}

async function written(path: string, text: string, force: boolean): Promise<boolean> {
  try {
    await makeFolderOf(path)
    return force ? await replaceFile(path, text, { mode: 0o600 }) : await createPrivateFile(path, text)
  } catch (error) {
    throw fileUnwritable(path, error)
  }
}

async function makeFolder(path: string): Promise<void> {
  await makeFolderOf(join(path, 'file')).catch(error => Promise.reject(fileUnwritable(path, error)))
}

function fileTaken(path: string): UsageError {
  const message = `${escapeName(path)} exists, and is left as it is`
  return new UsageError('FILE_EXISTS', message, 'add --force to replace it, or name another folder with --write')
}
