// First: oclif needs what it sets as soon as it is loaded.
import './process/account.js'

import { fileURLToPath } from 'node:url'
import { Command, type Interfaces, run, settings } from '@oclif/core'
import { adoptCommand } from './errors/adopt-command.js'
import { printError } from './errors/print-error.js'
import { UsageError } from './errors/usage-error.js'
import { warnUnloaded, warnUnread } from './plugins/unloadable.js'
import { expectExit, guardExit } from './process/unexpected-exit.js'

/** How long the program may run on after the command: a plugin may leave a timer or a socket open. */
const LINGER_MS = 2_000

/** With the variable `DEBUG` oclif would print the whole command line, keys and passwords included. */
const noLogger: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => noLogger,
  debug() {},
  error() {},
  info() {},
  trace() {},
  warn() {},
}

/** Runs the command, prints its error if it fails, and sets the exit code. */
export async function main(root: string, argv: string[] = process.argv.slice(2)): Promise<void> {
  // Before oclif's own listener, which throws every error but EPIPE (@oclif/core `command.js`).
  process.stdout.prependListener('error', endWithoutOutput)
  // When standard error is closed, the exit code still reports the failure.
  process.stderr.on('error', () => {})
  adoptCommand(Command)
  // Plugins run as they are built. Otherwise oclif looks for the TypeScript source of a linked one, and warns at every
  // command that it cannot transpile it.
  settings.enableAutoTranspile = false
  warnUnloaded()
  warnUnread()
  guardExit(argv)
  try {
    await run(argv, { root: fileURLToPath(root), logger: noLogger })
  } catch (error) {
    process.exitCode = printError(error, argv)
  }
  expectExit()
  // Not `withTimeout`: nothing is waited for, and the timer must not keep the process alive.
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

function endWithoutOutput({ code, message }: NodeJS.ErrnoException): never {
  expectExit()
  // `miner … | head -1` closes our output: the reader has enough, so the program ends without an error.
  if (code === 'EPIPE') process.exit()
  const problem = `cannot write to standard output: ${code ?? message}`
  const lost = new UsageError('OUTPUT_LOST', problem, 'free space where it goes')
  // Without the arguments: `--json` would print the error to standard output, which cannot be written.
  process.exit(printError(lost, []))
}
