/** Closes what was built, in reverse order; a failure does not keep the others from being closed. */
export class Resources implements AsyncDisposable {
  readonly #close: (() => unknown)[] = []

  /** Registers a resource to be closed, and returns it. */
  own<T extends Partial<Disposable> & Partial<AsyncDisposable>>(resource: T): T {
    const close = resource[Symbol.asyncDispose] ?? resource[Symbol.dispose]
    if (close) this.#close.push(close.bind(resource))
    return resource
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let close = this.#close.pop(); close; close = this.#close.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'closing failed')
  }
}
