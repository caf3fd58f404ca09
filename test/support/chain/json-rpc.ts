import type { Decoded } from './runtime.ts'

/** An error that a node answers. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** A connection that calls; over HTTP each call is one. */
export type RpcClient = {
  /**
   * Opens a subscription, whose messages follow the answer.
   *
   * @param method of its messages
   * @param open begins it, and returns what ends it
   * @returns its id
   */
  subscribe(method: string, open: (send: (result: unknown) => void) => () => void): string
  /** @returns whether there was such a subscription */
  unsubscribe(id: string): boolean
}

/** Answers a call, or throws an {@link RpcError}. */
export type RpcMethod = (params: readonly Decoded[], client: RpcClient) => unknown

/** By name. */
export type RpcMethods = Readonly<Record<string, RpcMethod>>

/** Makes a node answer an error to some methods, or functions of the runtime, for its `faults.refuse`. */
export function refusing(error: RpcError, ...names: string[]): (name: string) => RpcError | undefined {
  return name => (names.includes(name) ? error : undefined)
}
