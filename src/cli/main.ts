import { Command, run } from '@oclif/core'
import { errorJson, printError } from './errors/print-error.js'
import { UsageError } from './errors/usage-error.js'
import { warnUnloaded } from './plugins/unloadable.js'
import { expectExit, guardExit } from './process/unexpected-exit.js'

/** How long the program may live on when the command is over: a plugin may hold on to a timer or a socket. */
const LINGER_MS = 2_000

/** Runs the command that was typed, and ends with what came of it. */
export async function main(root: string, argv: string[] = process.argv.slice(2)): Promise<void> {
  // Before oclif's own listener, which throws what is no EPIPE (@oclif/core `command.js`).
  process.stdout.prependListener('error', endWithoutOutput)
  // Where nobody hears what is wrong, the exit code still tells that something is.
  process.stderr.on('error', () => {})
  // Commands of oclif's own plugins show their errors themselves under `--json`: with all arguments, secrets included.
  Object.assign(Command.prototype, { toErrorJson: errorJson })
  warnUnloaded()
  guardExit(argv)
  try {
    await run(argv, root)
  } catch (error) {
    process.exitCode = printError(error, argv)
  }
  expectExit()
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

function endWithoutOutput({ code, message }: NodeJS.ErrnoException): never {
  expectExit()
  // `miner … | head -1` closes our output: there is nobody left to tell, so that is the end and no error.
  if (code === 'EPIPE') process.exit()
  const lost = new UsageError('OUTPUT_LOST', `standard output takes no more: ${code ?? message}`, 'make room there')
  // Without the arguments, because `--json` would send it where nothing can be written.
  process.exit(printError(lost, []))
}
