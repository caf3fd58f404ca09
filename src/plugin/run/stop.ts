/**
 * Tells a plugin's generator to end. It is for nobody to wait for: `return()` hangs on one that is stuck in an await.
 * An iterator need not have a `return`; where a plugin forgot the asterisk it is a promise, and one that rejects
 * unheard would end the process. What a generator throws while it is told to stop has nobody left to hear it.
 */
export function stop(said: AsyncIterator<unknown> | Promise<AsyncIterator<unknown>>): void {
  Promise.resolve(said)
    .then(iterator => iterator.return?.())
    .catch(() => {})
}
