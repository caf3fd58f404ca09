import type { Log } from '../plugin/log.js'
import { thrownText } from '../plugin/plugin-error.js'

type InUse = { readonly miner: string; readonly dialect: string }

/**
 * Logs the end that nobody asked for: a plugin has this process to itself, so it may end it by `process.exit`, or by what
 * it throws where nobody catches. Then the exit code is 1 whatever the plugin said, so that what restarts a miner does.
 */
export function tellEnd(log: Log, plugins: InUse): Disposable {
  let crashed = false
  const crash = (error: unknown, origin: string) => {
    crashed = true
    const message = `${thrownText(error)}: a plugin must catch what it starts by itself`
    log.error({ event: 'crashed', origin, ...plugins, message, error })
  }
  const exit = (code: number) => {
    process.exitCode = 1
    if (crashed) return
    log.error({
      event: 'exited',
      code,
      ...plugins,
      message: 'code in this process called process.exit: a plugin must not',
    })
  }
  process.on('uncaughtExceptionMonitor', crash)
  // Before the log's own listener, which writes out what it still has.
  process.prependListener('exit', exit)
  return {
    [Symbol.dispose]() {
      process.off('uncaughtExceptionMonitor', crash)
      process.off('exit', exit)
    },
  }
}
