import { lastLoaded, thrownText } from '../../plugin/load/plugin-error.js'
import type { Log } from '../../plugin/log.js'
import { printError } from '../errors/print-error.js'
import type { UsageErrorCode } from '../errors/usage-codes.js'
import { UsageError } from '../errors/usage-error.js'

let isExpected = false

/** Call it before an exit that is intended or already reported: `guardExit` stays silent then. */
export function expectExit(): void {
  isExpected = true
}

/**
 * Reports an exit that nothing in this program asked for, which a user would see as a stack trace or not at all: an
 * uncaught error, an event loop that runs empty during an await, and `process.exit` in a plugin's code. The exit code is
 * then 1, whatever the plugin passed.
 */
export function guardExit(argv: readonly string[]): void {
  isExpected = false
  const report = (code: UsageErrorCode, message: string, thrown: { readonly cause?: unknown } = {}) =>
    printError(new UsageError(code, message, suspect(), thrown), argv)
  process.on('uncaughtException', cause => {
    expectExit()
    process.exit(report('UNCAUGHT', `uncaught error: ${thrownText(cause)}`, { cause }))
  })
  process.on('beforeExit', () => {
    if (isExpected) return
    expectExit()
    process.exitCode = report('STUCK', 'the command waits for something that can no longer happen')
  })
  process.on('exit', () => {
    if (!isExpected) process.exitCode = report('ENDED_EARLY', 'the program exited before the command was done')
  })
}

function suspect(): string {
  const { from } = lastLoaded
  if (!from) return 'this should not happen: --log-level debug shows where it did'
  return `the plugin that was loaded last is ${from.package}@${from.version}: miner plugins:uninstall ${from.package}`
}

type InUse = { readonly miner: string; readonly dialect: string }

/**
 * Logs an exit that nothing in this program asked for: a plugin shares this process, so its `process.exit` or an uncaught
 * error of its own ends it. The exit code is then 1, whatever the plugin passed, so that a supervisor restarts the miner.
 * An unhandled rejection is logged too, and does not end the process.
 */
export function logUnexpectedExit(log: Log, plugins: InUse): Disposable {
  let crashed = false
  const reject = (error: unknown) => {
    log.error({ event: 'unheeded', ...plugins, message: uncaught(error), error })
  }
  const crash = (error: unknown, origin: string) => {
    crashed = true
    log.error({ event: 'crashed', origin, ...plugins, message: uncaught(error), error })
  }
  const exit = (code: number) => {
    expectExit()
    process.exitCode = 1
    if (crashed) return
    log.error({
      event: 'exited',
      code,
      ...plugins,
      message: 'code in this process called process.exit: a plugin must not',
    })
  }
  process.on('unhandledRejection', reject)
  process.on('uncaughtExceptionMonitor', crash)
  // Before the log's own listener, which flushes what it still holds.
  process.prependListener('exit', exit)
  return {
    [Symbol.dispose]() {
      process.off('unhandledRejection', reject)
      process.off('uncaughtExceptionMonitor', crash)
      process.off('exit', exit)
    },
  }
}

function uncaught(error: unknown): string {
  return `${thrownText(error)}: a plugin must catch what it starts by itself`
}
