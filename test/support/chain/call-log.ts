/** Counts calls by name, and lets a test wait for one. */
export class CallLog {
  readonly #counts = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  /** Calls so far of a method, or of a function of the runtime by whichever method. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** All of them, by name. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  /** All names of all calls: those of a function of the runtime count for two. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Resolves at the next call. */
  next(name: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve])
    return promise
  }

  note(names: readonly string[]): void {
    for (const name of names) {
      this.#counts.set(name, this.count(name) + 1)
      for (const resolve of this.#waiting.get(name) ?? []) resolve()
      this.#waiting.delete(name)
    }
  }
}

/**
 * Returns the names that a call has: its method, and the function of the runtime that it calls.
 *
 * @param call of JSON-RPC
 */
export function namesOf({ method, params }: { method: string; params?: readonly unknown[] }): string[] {
  const place = { state_call: 0, chainHead_v1_call: 2 }[method]
  const called = place === undefined ? undefined : params?.[place]
  return typeof called === 'string' ? [method, called] : [method]
}
