/** The longest delay of a Node timer, in milliseconds; a longer one fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** The error that `withTimeout` rejects with. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * Settles as `promise` does, or rejects after `ms` milliseconds. The promise itself then runs on, and its result is
 * dropped. The timer keeps the process alive: without it the process would end silently while a plugin's promise hangs.
 *
 * @throws {TimeoutError} when the promise takes longer · whatever the promise rejects with
 */
export async function withTimeout<T>(promise: PromiseLike<T>, ms: number): Promise<T> {
  const expired = Promise.withResolvers<never>()
  const duration = ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
  const timer = setTimeout(() => expired.reject(new TimeoutError(`took longer than ${duration}`)), clampDelay(ms))
  try {
    return await Promise.race([promise, expired.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** A signal with a timer. Disposing it clears the timer and the link to its parent, and does not abort the signal. */
export type TimeoutSignal = Disposable & { readonly signal: AbortSignal }

type TimeoutSignalOptions = {
  /** milliseconds; 0 or less aborts at the next turn of the event loop */
  readonly ms: number
  /** creates the signal's reason when the time is up */
  readonly reason: () => Error
  /** also aborts the signal, with its own reason */
  readonly parent?: AbortSignal | undefined
}

/** Returns a signal that aborts after `ms`, or when its parent does. `AbortSignal.any` would hold on to the parent. */
export function timeoutSignal({ ms, reason, parent }: TimeoutSignalOptions): TimeoutSignal {
  const controller = new AbortController()
  const follow = () => controller.abort(parent?.reason)
  const timer = setTimeout(() => controller.abort(reason()), clampDelay(ms))
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

/**
 * Returns whether a deadline, in epoch milliseconds, has passed. Its last 10 ms count as past: the code that set the
 * deadline runs its own timer, which may fire that early.
 */
export function isPast(deadline: number): boolean {
  return Date.now() >= deadline - 10
}

function clampDelay(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_TIMER_MS)
}
