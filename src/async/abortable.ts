/**
 * The abort reason of work whose result is no longer needed. One shared error: creating its stack costs more than the rest
 * of an abort.
 */
export const CANCELLED = new DOMException('cancelled', 'AbortError')

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as the signal aborts. The promise itself then
 * runs on, and its result is dropped.
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
 * Returns a controller that aborts when `signal` does, with the same reason, until it is disposed. `AbortSignal.any`
 * registers its signals for finalization, so they survive until the next full collection; these die young.
 */
export function linkedController(signal: AbortSignal): AbortController & Disposable {
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return Object.assign(controller, { [Symbol.dispose]: () => signal.removeEventListener('abort', abort) })
}
