import { Command, run } from '@oclif/core'
import { errorJson, showError } from './show-error.js'
import { UsageError } from './usage-error.js'

/** Runs the command that was typed, and ends with what came of it. */
export async function main(root: string, argv: string[] = process.argv.slice(2)): Promise<void> {
  // Before oclif's own listener, which throws what is no EPIPE (@oclif/core `command.js`).
  process.stdout.prependListener('error', endWithoutOutput)
  // Where nobody hears what is wrong, the exit code still tells that something is.
  process.stderr.on('error', () => {})
  // Commands of oclif's own plugins show their errors themselves under `--json`: with all arguments, secrets included.
  Object.assign(Command.prototype, { toErrorJson: errorJson })
  // Node ends with 0 when there is nothing left to do, also in the middle of an await.
  const stuck = () => {
    process.exitCode ??= showError(neverEnds(), argv)
  }
  process.once('beforeExit', stuck)
  try {
    await run(argv, root)
  } catch (error) {
    process.exitCode = showError(error, argv)
  } finally {
    process.off('beforeExit', stuck)
    // What a miner does not give back when it is closed must not keep the program alive.
    setTimeout(() => process.exit(), LEFT_OVER_MS).unref()
  }
}

/** How long what a command leaves behind may go on. */
const LEFT_OVER_MS = 2_000

function neverEnds(): UsageError {
  const hint = 'look at the plugin in use: what it awaits must settle'
  return new UsageError('STUCK', 'this waits for what cannot come any more', hint, 1)
}

function endWithoutOutput({ code, message }: NodeJS.ErrnoException): never {
  // `miner … | head -1` closes our output: there is nobody left to tell, so that is the end and no error.
  if (code === 'EPIPE') process.exit()
  const lost = new UsageError('OUTPUT_LOST', `standard output takes no more: ${code ?? message}`, 'make room there', 1)
  // Without the arguments, because `--json` would send it where nothing can be written.
  process.exit(showError(lost, []))
}
