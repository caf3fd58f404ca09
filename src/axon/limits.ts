/** Bounds that no operator has needed to set so far. */
export type Limits = {
  readonly connections: number
  readonly pendingChecks: number
  readonly noncesPerCaller: number
  readonly noncesInAll: number
  readonly headersMs: number
  readonly requestMs: number
  readonly keepAliveMs: number
  /** how long a caller may take to read a whole reply, or one piece of a stream */
  readonly writeMs: number
  /** how late the event loop may be before new work of strangers is refused; others at multiples of it */
  readonly loopDelayMs: number
}

/** The limits of an axon that was given none of its own. */
export const defaultAxonLimits: Limits = {
  connections: 1024,
  pendingChecks: 256,
  noncesPerCaller: 100_000,
  noncesInAll: 1_000_000,
  headersMs: 10_000,
  requestMs: 30_000,
  // aiohttp, the client of every dendrite, reuses a connection that was idle for up to 15 s.
  keepAliveMs: 30_000,
  writeMs: 10_000,
  // Some hundred requests that are worked on in one turn: a busy axon is 10 to 50 ms late.
  loopDelayMs: 200,
}
