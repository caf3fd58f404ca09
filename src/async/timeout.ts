/**
 * What a plugin's promise gives, if it does so within `ms`. The timer keeps the program alive: nothing else may do so
 * while a plugin waits for ever, and then the program would end without a word.
 *
 * @throws Error when it took longer · whatever the promise rejects with
 */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** As long as somebody waits. When it is disposed, neither a timer nor a listener is left. */
export type Patience = Disposable & { readonly signal: AbortSignal }

/**
 * Waits for a time, and no longer than another does.
 *
 * @param late the reason of the signal when the time is over
 * @param other aborts it, too, with its own reason
 */
export function patience(ms: number, late: Error, other?: AbortSignal): Patience {
  const ending = new AbortController()
  const leave = () => ending.abort(other?.reason)
  const timer = setTimeout(() => ending.abort(late), ms)
  // `AbortSignal.any` would hold on to it as long as the other lives.
  other?.addEventListener('abort', leave, { once: true })
  if (other?.aborted) leave()
  return {
    signal: ending.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      other?.removeEventListener('abort', leave)
    },
  }
}
