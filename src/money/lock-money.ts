import { join } from 'node:path'
import { type FileLock, FileLocked, holderText, lockFile } from '../disk/file-lock.js'
import { makePrivateFolder } from '../disk/private-file.js'
import { MoneyError } from './money-error.js'

const BEAT_MS = 2_000
/** A process that another machine or container runs holds its lock while it touches it this often. */
const SILENT_MS = 10_000

/**
 * Locks the folder in which money is counted for this process, and makes it.
 *
 * @throws {MoneyError} BUDGET_LOCKED · BUDGET_NOT_KEPT
 */
export async function lockMoney(folder: string): Promise<FileLock> {
  const file = join(folder, 'lock')
  try {
    await makePrivateFolder(folder)
    return await lockFile(file, { command: 'serve', onWait() {}, maxMs: 0, silentMs: SILENT_MS, beatMs: BEAT_MS })
  } catch (error) {
    if (error instanceof FileLocked)
      throw new MoneyError(
        'BUDGET_LOCKED',
        `another process counts the money of this hotkey: ${holderText(error.holder)}`,
        {
          hint: `stop it first; if it no longer runs, delete ${file}`,
          cause: error,
        },
      )
    const { message } = error as Error
    throw new MoneyError('BUDGET_NOT_KEPT', `cannot keep the budget in ${folder}: ${message}`, {
      hint: 'let this user write the folder, or make room on its disk',
      cause: error,
    })
  }
}
