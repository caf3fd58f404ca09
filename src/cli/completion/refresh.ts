import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatMessage } from '../errors/format-message.js'

/** Longer than every module of a plugin may take to load. */
const MAX_MS = 60_000

/**
 * Writes the completion of all shells anew, in a process of its own: this one may still hold the code of a plugin that
 * has just been replaced.
 */
export async function refreshCompletion(root: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [join(root, 'bin', 'run.js'), 'autocomplete:create'], {
      timeout: MAX_MS,
    })
  } catch {
    const message = 'the completion of your shell does not know what has changed'
    process.stderr.write(formatMessage({ label: 'warning', message, hint: 'miner autocomplete --refresh-cache' }))
  }
}
