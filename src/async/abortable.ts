/**
 * What `promise` gives, or the signal's reason as soon as it aborts. The promise is left alone then: what it gives
 * later is dropped.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Why what was asked for is ended that nobody needs any more. One for all: its stack costs more than the rest of an end. */
export const CANCELLED = new DOMException('it is over', 'AbortError')

/**
 * A controller that aborts when `signal` does, with its reason, until it is disposed. What
 * `AbortSignal.any` makes is registered for finalization, and survives until the next full collection; this dies young.
 */
export function linkedController(signal: AbortSignal): AbortController & Disposable {
  const follower = new AbortController()
  const abort = () => follower.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return Object.assign(follower, { [Symbol.dispose]: () => signal.removeEventListener('abort', abort) })
}
