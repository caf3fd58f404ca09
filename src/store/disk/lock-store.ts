import { dirname } from 'node:path'
import { type FileLock, FileLocked, holderText, lockFile } from '../../disk/file-lock.js'
import { makePrivateFolder } from '../../disk/private-file.js'
import { StoreError } from '../store-error.js'
import type { OnStoreEvent } from '../store-events.js'

const BEAT_MS = 2_000
/** A process that another machine or container runs holds its lock while it touches it this often. */
const SILENT_MS = 10_000

/**
 * Locks the files of a store for this process, and makes their folder.
 *
 * @param onLost called once, when another process has taken the lock, because this one was suspended for long
 * @throws {StoreError} STORE_LOCKED · STORE_UNWRITABLE
 */
export async function lockStore(
  path: string,
  { onEvent, onLost }: { readonly onEvent: OnStoreEvent; readonly onLost: () => void },
): Promise<FileLock> {
  const file = `${path}.lock`
  const onWait = (holder: string) => {
    const message = `waits up to ${SILENT_MS / 1000} s for a lock that may be left behind: ${holder}`
    onEvent({ level: 'info', event: 'storeWaits', holder, message })
  }
  try {
    await makePrivateFolder(dirname(path))
    return await lockFile(file, { command: 'serve', onWait, onLost, maxMs: 0, silentMs: SILENT_MS, beatMs: BEAT_MS })
  } catch (error) {
    if (!(error instanceof FileLocked)) throw unwritable(error, path)
    throw new StoreError('STORE_LOCKED', `another process serves this hotkey: ${holderText(error.holder)}`, {
      hint: `stop it first; if it no longer runs, delete ${file}`,
      cause: error,
    })
  }
}

/** Returns why a store cannot be opened. */
export function unwritable(cause: unknown, path: string): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reason = code === 'ENOSPC' ? 'the disk is full' : message
  return new StoreError('STORE_UNWRITABLE', `cannot keep the spent nonces in ${dirname(path)}: ${reason}`, {
    hint: 'let this user write the folder, or make room on its disk',
    cause,
  })
}
