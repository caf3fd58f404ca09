/**
 * What a plugin's promise gives, if it does so within `ms`. The timer keeps the program alive: nothing else may do so
 * while a plugin waits for ever, and then the program would end without a word.
 *
 * @throws Error when it took longer · whatever the promise rejects with
 */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
