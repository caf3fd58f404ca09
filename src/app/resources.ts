/** What was built and has to be closed: in reverse order, each of it, even when closing another one fails. */
export class Resources implements AsyncDisposable {
  readonly #close: (() => unknown)[] = []

  /** Remembers to close it, and gives it back. */
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
