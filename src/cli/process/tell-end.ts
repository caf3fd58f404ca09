import { thrownText } from '../../plugin/load/plugin-error.js'
import type { Log } from '../../plugin/log.js'
import { expectEnd } from './unexpected-exit.js'

type InUse = { readonly miner: string; readonly dialect: string }

/**
 * Logs the end that nobody asked for: a plugin has this process to itself, so it may end it by `process.exit`, or by what
 * it throws where nobody catches. Then the exit code is 1 whatever the plugin said, so that what restarts a miner does.
 * A promise that rejects and that nobody heeds is logged, too, and ends nothing.
 */
export function tellEnd(log: Log, plugins: InUse): Disposable {
  let crashed = false
  const reject = (error: unknown) => {
    log.error({ event: 'unheeded', ...plugins, message: uncaught(error), error })
  }
  const crash = (error: unknown, origin: string) => {
    crashed = true
    log.error({ event: 'crashed', origin, ...plugins, message: uncaught(error), error })
  }
  const exit = (code: number) => {
    expectEnd()
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
