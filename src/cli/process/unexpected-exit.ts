import { lastLoaded } from '../../plugin/load/last-loaded.js'
import { thrownText } from '../../plugin/load/plugin-error.js'
import { showError } from '../errors/print-error.js'
import { UsageError } from '../errors/usage-error.js'

let isExpected = false

/** From now on an end of the program is told by whoever calls this, or needs no word. */
export function expectEnd(): void {
  isExpected = true
}

/**
 * Tells of an end that this program did not choose, which a user would see as a dump, or not at all: what nobody caught,
 * nothing left to do in the middle of an await, and `process.exit` in the code of a plugin. The exit code is 1 then,
 * whatever the plugin said.
 */
export function guardEnd(argv: readonly string[]): void {
  const told = (code: string, message: string) => showError(new UsageError(code, message, suspect(), 1), argv)
  process.on('uncaughtException', error => {
    expectEnd()
    process.exit(told('UNCAUGHT', `${thrownText(error)}: nobody caught this`))
  })
  process.on('beforeExit', () => {
    if (isExpected) return
    expectEnd()
    process.exitCode = told('STUCK', 'this waits for what cannot come any more')
  })
  process.on('exit', () => {
    if (!isExpected) process.exitCode = told('ENDED_EARLY', 'the program was ended before it was done')
  })
}

function suspect(): string {
  const { from } = lastLoaded
  if (!from) return 'this should not happen: --log-level debug shows where it did'
  return `the plugin that was loaded last is ${from.package}@${from.version}: miner plugins:uninstall ${from.package}`
}
