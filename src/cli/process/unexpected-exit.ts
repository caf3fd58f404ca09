import { lastLoaded, thrownText } from '../../plugin/load/plugin-error.js'
import type { Log } from '../../plugin/log.js'
import { printError } from '../errors/print-error.js'
import { UsageError, type UsageErrorCode } from '../errors/usage-error.js'

let isExpected = false

/** From now on an end of the program is told by whoever calls this, or needs no word. */
export function expectExit(): void {
  isExpected = true
}

/**
 * Tells of an end that this program did not choose, which a user would see as a dump, or not at all: what nobody caught,
 * nothing left to do in the middle of an await, and `process.exit` in the code of a plugin. The exit code is 1 then,
 * whatever the plugin said.
 */
export function guardExit(argv: readonly string[]): void {
  const told = (code: UsageErrorCode, message: string) => printError(new UsageError(code, message, suspect()), argv)
  process.on('uncaughtException', error => {
    expectExit()
    process.exit(told('UNCAUGHT', `${thrownText(error)}: nobody caught this`))
  })
  process.on('beforeExit', () => {
    if (isExpected) return
    expectExit()
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

type InUse = { readonly miner: string; readonly dialect: string }

/**
 * Logs the end that nobody asked for: a plugin has this process to itself, so it may end it by `process.exit`, or by what
 * it throws where nobody catches. Then the exit code is 1 whatever the plugin said, so that what restarts a miner does.
 * A promise that rejects and that nobody heeds is logged, too, and ends nothing.
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
  // Before the log's own listener, which writes out what it still has.
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
