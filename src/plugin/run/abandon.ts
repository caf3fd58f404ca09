import { channel } from 'node:diagnostics_channel'
import { abortable } from '../../async/abortable.js'
import type { PluginKind } from '../sdk.js'

/** A plugin that goes on although its signal aborted a second ago; `running`: how often, just now. */
export type Overrun = { readonly speaker: PluginKind; readonly running: number }

/** How long a plugin may take to heed its signal. */
const GRACE_MS = 1_000

const overdue = channel('miner.plugin.overdue')
const running = { miner: 0, dialect: 0 }

/**
 * Watches what a plugin was left doing when nobody waited any longer. Nothing can stop it, but an operator should know:
 * it costs him, and it adds up. Told on the channel `miner.plugin.overdue`, as `Overdue`.
 */
export function watchAbandoned(speaker: PluginKind, pending: Promise<unknown>): void {
  let isOverdue = false
  const timer = setTimeout(() => {
    isOverdue = true
    running[speaker]++
    if (overdue.hasSubscribers) overdue.publish({ speaker, running: running[speaker] } satisfies Overrun)
  }, GRACE_MS).unref()
  const end = () => {
    clearTimeout(timer)
    if (isOverdue) running[speaker]--
  }
  pending.then(end, end)
}

/**
 * What a plugin's promise gives, or the signal's reason as soon as that aborts: what then goes on is watched.
 *
 * @throws the signal's reason · whatever the promise rejects with
 */
export async function abortablePlugin<T>(
  speaker: PluginKind,
  answer: T | PromiseLike<T>,
  signal: AbortSignal,
): Promise<T> {
  const pending = Promise.resolve(answer)
  try {
    return await abortable(pending, signal)
  } catch (error) {
    if (signal.aborted) watchAbandoned(speaker, pending)
    throw error
  }
}

/**
 * Tells a plugin's generator to end. It is for nobody to wait for: `return()` hangs on one that is stuck in an await.
 * An iterator need not have a `return`; where a plugin forgot the asterisk it is a promise, and one that rejects
 * unheard would end the process. What a generator throws while it is told to stop has nobody left to hear it.
 */
export function closeIterator(said: AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>): void {
  Promise.resolve(said)
    .then(iterator => iterator.return?.())
    .catch(() => {})
}
