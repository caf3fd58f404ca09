import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError } from '../../config/config-error.js'
import { type FileContent, readConfigFile } from '../../config/layers/config-file.js'
import { FileLocked, type LockOptions, lockFile } from '../../disk/file-lock.js'
import { makePrivateFolder } from '../../disk/private-file.js'
import { createPrivateFile, replaceFile } from '../../disk/replace-file.js'
import { escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'

/** A configuration file that can be changed. */
export type OpenFile = {
  /** absolute */
  readonly path: string
  /** null when there is no file yet */
  readonly content: Extract<FileContent, { table: unknown }> | null
}

/**
 * Reads the file that a command changes.
 *
 * @throws {ConfigError} CONFIG_INVALID when it cannot be read or parsed
 * @throws {UsageError} NOT_A_FILE for a pipe
 */
export async function openConfigFile(named: string): Promise<OpenFile> {
  const path = resolve(named)
  const found = await stat(path).catch(() => undefined) // reading it reports the reason
  if (found && !found.isFile() && !found.isDirectory())
    throw new UsageError('NOT_A_FILE', `${escapeName(path)} is not a regular file`, 'name one with --config')
  const content = await readConfigFile({ path, explicit: false })
  if (content && 'problem' in content) throw new ConfigError('CONFIG_INVALID', [content.problem])
  return { path, content: content ?? null }
}

/**
 * Puts a new text in the place of the file's.
 *
 * @throws {UsageError} FILE_CHANGED when the file is not what was read any more · FILE_UNWRITABLE
 */
export async function writeConfigFile({ path, content }: OpenFile, text: string): Promise<void> {
  const isUnchanged = async () => (await storedText(path)) === content?.text
  try {
    await makeFolderOf(path)
    // Without it, two commands could both find the file unchanged, and the second would undo what the first wrote.
    await using _lock = await lockFile(`${await realpath(path).catch(() => path)}.lock`, locking)
    if (await replaceFile(path, text, { isUnchanged })) return
  } catch (error) {
    if (!(error instanceof FileLocked)) throw fileUnwritable(path, error)
  }
  const message = `${escapeName(path)} was changed by another program in the meantime, and is left as it is`
  throw new UsageError('FILE_CHANGED', message, 'run the command again')
}

/** Returns the text of a file without a byte order mark, as `readConfigFile` does; undefined when the file does not exist. */
async function storedText(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text?.replace(/^\uFEFF/, '')
}

/** Writing takes milliseconds; a lock that stays untouched for long was left behind. */
const locking: LockOptions = { command: 'config', onWait: () => {}, maxMs: 10_000, silentMs: 5_000, beatMs: 1_000 }

/** Makes the folder of a file with mode 0700, unless there is one: that keeps its mode. */
export async function makeFolderOf(path: string): Promise<void> {
  if (!(await stat(dirname(path)).catch(() => undefined))) await makePrivateFolder(dirname(path))
}

/**
 * Writes a file that only this user may read and write.
 *
 * @param how.force replaces a file that exists
 * @returns false when the path is taken, and nothing was written
 * @throws {UsageError} FILE_UNWRITABLE
 */
export async function writeOwnFile(
  path: string,
  text: string,
  { force }: { readonly force: boolean },
): Promise<boolean> {
  try {
    return force ? await replaceFile(path, text, { mode: 0o600 }) : await createPrivateFile(path, text)
  } catch (error) {
    throw fileUnwritable(path, error)
  }
}

/** Says why a file cannot be written. */
export function fileUnwritable(path: string, error: unknown): UsageError {
  const { code = String(error) } = error as NodeJS.ErrnoException
  return new UsageError('FILE_UNWRITABLE', `${escapeName(path)} cannot be written: ${code}`, hints[code] ?? writable)
}

const writable = 'make the file and its folder writable for this user'
const hints: Readonly<Record<string, string>> = {
  ENOTDIR: 'name another: a part of this path is a file, where a folder has to be',
  EISDIR: 'name a file in it: this is a folder',
}
