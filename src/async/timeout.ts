/** The longest delay that a timer of Node takes, in milliseconds; longer ones fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** What `withTimeout` rejects with. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * Settles as `promise` does, or rejects after `ms` milliseconds. The promise itself goes on then, and its result is
 * dropped. The timer keeps the process alive: without it the process would end silently while a plugin's promise hangs.
 *
 * @throws {TimeoutError} when it takes longer · whatever the promise rejects with
 */
export async function withTimeout<T>(promise: PromiseLike<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new TimeoutError(`took longer than ${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}`)),
    cap(ms),
  )
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Disposing it clears the timer and the link to its parent; the signal itself does not abort then. */
export type TimeoutSignal = Disposable & { readonly signal: AbortSignal }

type TimeoutSignalOptions = {
  /** milliseconds; 0 or less: at the next turn of the event loop */
  readonly ms: number
  /** makes the signal's reason when the time is over */
  readonly reason: () => Error
  /** aborts the signal too, with its own reason */
  readonly parent?: AbortSignal | undefined
}

/** Makes a signal that aborts after a time, or when its parent does. `AbortSignal.any` would hold on to the parent. */
export function timeoutSignal({ ms, reason, parent }: TimeoutSignalOptions): TimeoutSignal {
  const controller = new AbortController()
  const follow = () => controller.abort(parent?.reason)
  const timer = setTimeout(() => controller.abort(reason()), cap(ms))
  parent?.addEventListener('abort', follow, { once: true })
  if (parent?.aborted) follow()
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', follow)
    },
  }
}

/** Whether a deadline is over, in epoch milliseconds. Whoever set it times it too, and may be up to 10 ms early. */
export function isPast(deadline: number): boolean {
  return Date.now() >= deadline - 10
}

function cap(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_TIMER_MS)
}
