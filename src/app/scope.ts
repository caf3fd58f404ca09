declare const service: unique symbol

/** Names a service of a scope, and carries the type of the service. */
export type Token<T> = symbol & { readonly [service]?: T }

/** Resolves services. */
export type Resolver = {
  /**
   * Returns a service, which is built on first use; a promise where building takes time.
   *
   * @throws {ScopeError} SCOPE_CLOSED · TOKEN_UNKNOWN
   */
  resolve<T>(token: Token<T>): T
}

/** What a factory gets: other services, and an instance of a class with what its decorators name. */
export type Builder = Resolver & { construct<T>(service: new (...services: never[]) => T): T }

/** The services of one run: each is built once, on first use, and closed in reverse order. `await using` closes them, too. */
export type Scope = Resolver & AsyncDisposable & { close(): Promise<void> }

/** A scope whose services can be replaced before they are resolved. */
export type RunScope = Scope & {
  /** Sets a service to a value, which the scope does not close. */
  provide<T>(token: Token<T>, value: T): void
  /** Sets how a service is built, on first use. */
  build<T>(token: Token<T>, make: (from: Builder) => T): void
}
