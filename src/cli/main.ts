import { run } from '@oclif/core'
import { showError } from './show-error.js'

/** Runs the command that was typed, and ends with what came of it. */
export async function main(root: string, argv: string[] = process.argv.slice(2)): Promise<void> {
  // `miner … | head -1` closes our output: there is nobody left to tell, so that is the end and no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    await run(argv, root)
  } catch (error) {
    process.exitCode = showError(error, argv)
  }
}
