import { join } from 'node:path'
import { makeFolder } from '../../create/make-folder.js'
import { FileLocked, holderText, lockFile } from '../../disk/file-lock.js'
import { UsageError } from '../errors/usage-error.js'
import { dataFolderError } from './data-folder.js'

/** The lock on the data folder, held until it is disposed. */
export type PluginLock = AsyncDisposable & {
  /**
   * Records the npm process that changes the folder: while it runs, the lock is held even if this process was killed.
   *
   * @throws {UsageError} PLUGINS_LOCKED when another command took the lock, because this process was suspended for long
   */
  coverNpm(pid: number): Promise<void>
}

type Waiting = {
  /** the command that takes the lock, for those that wait for it */
  readonly command: string
  /** called once, before it waits */
  onWait(holder: string): void
  readonly maxMs?: number
  /** how long a lock of another machine or container may stay untouched before it counts as left behind */
  readonly silentMs?: number
}

const BEAT_MS = 5_000
/** Longer than an install takes. */
const MAX_MS = 600_000

/**
 * Locks the data folder, so that one command at a time changes the plugins: npm and oclif both read package.json at their
 * beginning and write it at their end.
 *
 * @throws {UsageError} PLUGINS_LOCKED · DATA_FOLDER_UNWRITABLE
 */
export async function lockPlugins(
  dataDir: string,
  { command, onWait, maxMs = MAX_MS, silentMs = 6 * BEAT_MS }: Waiting,
): Promise<PluginLock> {
  const file = join(dataDir, 'plugins.lock')
  try {
    await makeFolder(dataDir)
    const lock = await lockFile(file, { command, onWait, maxMs, silentMs, beatMs: BEAT_MS })
    return {
      async coverNpm(pid) {
        if (!(await lock.cover(pid))) throw lost()
      },
      [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
    }
  } catch (error) {
    throw error instanceof FileLocked
      ? stillLocked(file, holderText(error.holder), maxMs)
      : dataFolderError(error, dataDir)
  }
}

function lost(): UsageError {
  return new UsageError(
    'PLUGINS_LOCKED',
    'another command took the lock of the plugins, because this one was suspended',
    'run this command again when the other one has ended',
  )
}

function stillLocked(file: string, holder: string, ms: number): UsageError {
  return new UsageError(
    'PLUGINS_LOCKED',
    `another command has been changing the plugins for ${Math.round(ms / 1000)} s: ${holder}`,
    `wait for it to end; if it no longer runs, delete ${file}`,
  )
}
