import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { abortable } from '../../async/abortable.js'
import type { PluginKind } from '../sdk.js'

/**
 * A plugin still runs a second after its signal aborted; `axon`: the id of the axon that it answers for, where that is
 * known; `running`: how many calls of its kind do so now for this axon.
 */
export type Overrun = { readonly speaker: PluginKind; readonly running: number; readonly axon?: string }

/** The id of the axon whose request is being answered. */
export const servingAxon = new AsyncLocalStorage<string>()

/** How long a plugin may run after its signal aborted. */
const GRACE_MS = 1_000

const overdue = channel('miner.plugin.overdue')
/** How many calls run on, by kind and axon, of which a process may serve several. */
const running = new Map<string, number>()

/**
 * Watches a plugin's promise that nothing awaits any longer. It cannot be stopped, but an operator should know about it,
 * because it costs resources and adds up. Publishes an `Overrun` on the channel `miner.plugin.overdue`.
 */
export function watchAbandoned(kind: PluginKind, pending: Promise<unknown>): void {
  const axon = servingAxon.getStore()
  const key = `${kind} ${axon ?? ''}`
  const count = (change: 1 | -1) => {
    const number = (running.get(key) ?? 0) + change
    if (number === 0) running.delete(key)
    else running.set(key, number)
    return number
  }
  let isOverdue = false
  // Not `withTimeout`, whose timer would keep the process alive for an abandoned promise.
  const timer = setTimeout(() => {
    isOverdue = true
    const record: Overrun = { speaker: kind, running: count(1), ...(axon !== undefined && { axon }) }
    if (overdue.hasSubscribers) overdue.publish(record)
  }, GRACE_MS).unref()
  const end = () => {
    clearTimeout(timer)
    if (isOverdue) count(-1)
  }
  pending.then(end, end)
}

/**
 * Resolves to the result of a plugin's promise, or rejects with the signal's reason as soon as the signal aborts. The
 * promise is watched from then on.
 *
 * @throws the signal's reason · whatever the promise rejects with
 */
export async function abortablePlugin<T>(
  kind: PluginKind,
  answer: T | PromiseLike<T>,
  signal: AbortSignal,
): Promise<T> {
  const pending = Promise.resolve(answer)
  try {
    return await abortable(pending, signal)
  } catch (error) {
    if (signal.aborted) watchAbandoned(kind, pending)
    throw error
  }
}

/**
 * Closes a plugin's generator, without waiting: `return()` hangs while the generator is stuck in an await. An iterator
 * may lack `return`. A function without its asterisk returns a promise instead, and an unhandled rejection would end the
 * process. Errors that a generator throws while it closes are dropped: nothing awaits its result any longer.
 */
export function closeIterator(generator: AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>): void {
  Promise.resolve(generator)
    .then(iterator => iterator.return?.())
    .catch(() => {})
}
