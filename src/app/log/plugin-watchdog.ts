import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Log } from '../../plugin/log.js'
import type { Overrun } from '../../plugin/run/abandon.js'

const EVERY_MS = 5_000
/** A delay of the event loop that only code which holds the thread causes. */
const BLOCKED_MS = 250

/**
 * Warns when a plugin harms others: when code held the only thread, so that no caller was answered, and when a plugin runs
 * on although its result is no longer needed, unless it surely answers for another axon. The culprit that held the thread
 * cannot be identified, so the warning names miner and dialect. A busy machine, where the thread stands still without using
 * the processor, causes no warning.
 */
export function watchPlugins(
  log: Log,
  { axon, ...plugins }: { readonly axon?: string; readonly miner: string; readonly dialect: string },
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
    const message =
      'code held the thread, and no caller was answered meanwhile: most likely that of a plugin, which must not compute for long'
    log.warn({ event: 'eventLoopBlocked', blockedMs, ...plugins, message })
  }
  // Periodic, so neither `withTimeout` nor `timeoutSignal`.
  const timer = setInterval(look, everyMs).unref()
  const logOverdue = (record: unknown) => {
    const { speaker, running, axon: servedBy } = record as Overrun
    if (servedBy !== undefined && servedBy !== axon) return
    const message = 'it runs on although its signal has aborted, and cannot be stopped: it must observe the signal'
    log.warn({ event: 'pluginOverdue', plugin: plugins[speaker], running, message })
  }
  subscribe('miner.plugin.overdue', logOverdue)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      delay.disable()
      unsubscribe('miner.plugin.overdue', logOverdue)
    },
  }
}
