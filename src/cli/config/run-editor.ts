import { spawn } from 'node:child_process'
import { UsageError } from '../errors/usage-error.js'

/**
 * Lets the operator's editor change a file, and waits until it ends: VISUAL, else EDITOR, else vi, as git does. Both may
 * have arguments (`code --wait`).
 *
 * @throws {UsageError} EDITOR_MISSING without a terminal, when neither is set · EDITOR_FAILED
 */
export async function runEditor(path: string, env = process.env): Promise<void> {
  const editor = env.VISUAL || env.EDITOR || (process.platform === 'win32' ? 'notepad' : vi())
  const [file, words] =
    process.platform === 'win32' ? [`${editor} "${path}"`, []] : ['sh', ['-c', `${editor} "$@"`, editor, path]]
  // Ctrl-C is meant for the editor, which shares the terminal.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    const child = spawn(file as string, words as string[], { stdio: 'inherit', shell: process.platform === 'win32' })
    const why = await new Promise<string | undefined>(resolve => {
      child.once('error', error => resolve(error.message))
      child.once('close', (code, signal) =>
        resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`),
      )
    })
    if (why !== undefined)
      throw new UsageError(
        'EDITOR_FAILED',
        `the editor failed, and nothing is changed: ${why}`,
        'set EDITOR to one that works',
      )
  } finally {
    process.off('SIGINT', ignore)
  }
}

function vi(): string {
  if (process.stdin.isTTY && process.stdout.isTTY) return 'vi'
  throw new UsageError('EDITOR_MISSING', 'vi needs a terminal', 'set EDITOR, or use miner config set')
}
