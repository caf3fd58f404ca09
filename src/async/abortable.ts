/** Why work is aborted when its result is no longer needed. One error for all: its stack costs more than the rest of an abort. */
export const CANCELLED = new DOMException('cancelled', 'AbortError')

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. The promise itself goes on then,
 * and its result is dropped.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * Makes a controller that aborts when `signal` does, with its reason, until it is disposed. `AbortSignal.any` registers
 * its signals for finalization, so they survive until the next full collection; these die young.
 */
export function linkedController(signal: AbortSignal): AbortController & Disposable {
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return Object.assign(controller, { [Symbol.dispose]: () => signal.removeEventListener('abort', abort) })
}
