import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatMessage } from '../errors/format-message.js'

/** Longer than all modules of a plugin may take to load. */
const MAX_MS = 60_000

/**
 * Rewrites the completion of all shells, in a process of its own: this one may still hold the code of a plugin that was
 * just replaced.
 */
export async function refreshCompletion(root: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [join(root, 'bin', 'run.js'), 'autocomplete', '--refresh-cache'], {
      timeout: MAX_MS,
    })
  } catch {
    const message = 'the completion of your shell was not updated'
    process.stderr.write(formatMessage({ label: 'warning', message, hint: 'miner autocomplete --refresh-cache' }))
  }
}
