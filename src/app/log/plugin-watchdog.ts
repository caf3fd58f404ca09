import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Log } from '../../plugin/log.js'
import type { Overrun } from '../../plugin/run/abandon.js'

const EVERY_MS = 5_000
/** What nobody but code that does not give the thread back takes. */
const BLOCKED_MS = 250

/**
 * Warns when a plugin harms the others: when something held the one thread there is, so that nobody was answered, and
 * when a plugin goes on although nobody waits for it any more. Who held the thread cannot be seen from here: both are
 * named. Neither is blamed for a busy machine, on which the thread stands still, but does not compute meanwhile.
 */
export function watchPlugins(
  log: Log,
  plugins: { readonly miner: string; readonly dialect: string },
  everyMs = EVERY_MS,
): Disposable {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let used = process.cpuUsage()
  const look = () => {
    const { user, system } = process.cpuUsage(used)
    used = process.cpuUsage()
    const blockedMs = Math.round(delay.max / 1e6)
    delay.reset()
    if (blockedMs < BLOCKED_MS || (user + system) / 1000 < blockedMs / 2) return
    const message = 'something held the thread, and nobody was answered meanwhile: a plugin must not compute for long'
    log.warn({ event: 'eventLoopBlocked', blockedMs, ...plugins, message })
  }
  const timer = setInterval(look, everyMs).unref()
  const tellOverdue = (record: unknown) => {
    const { speaker, running } = record as Overrun
    const message = 'it goes on although its signal has aborted, which nothing can stop: it must heed the signal'
    log.warn({ event: 'pluginOverdue', plugin: plugins[speaker], running, message })
  }
  subscribe('miner.plugin.overdue', tellOverdue)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      delay.disable()
      unsubscribe('miner.plugin.overdue', tellOverdue)
    },
  }
}
