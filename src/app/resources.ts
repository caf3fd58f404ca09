import { scopeClosed } from './scope-error.js'

type Resource = Partial<Disposable> & Partial<AsyncDisposable>

/** Closes what was built, in reverse order; a failure does not keep the others from being closed. */
export class Resources implements AsyncDisposable {
  readonly #close: (() => unknown)[] = []
  #isClosed = false
  /** the closing of resources that were built after the others were closed; never rejects */
  #late: Promise<unknown> = Promise.resolve()

  /**
   * Registers a resource to be closed, and returns it. One that is built after the others were closed is closed at once.
   *
   * @throws {ScopeError} SCOPE_CLOSED
   */
  own<T extends Resource>(resource: T): T {
    const close = resource[Symbol.asyncDispose] ?? resource[Symbol.dispose]
    if (close) this.#close.push(close.bind(resource))
    if (!this.#isClosed) return resource
    const error = scopeClosed()
    const closing = this.#closeAll().catch((cause: unknown) => Object.assign(error, { cause }))
    this.#late = Promise.all([this.#late, closing])
    throw error
  }

  /** Closes all resources, and waits for those that are closing already because they were built too late. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#closeAll()
    await this.#late
  }

  async #closeAll(): Promise<void> {
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
