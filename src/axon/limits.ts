import type { NonceCaps } from '../store/nonce-store.js'

/** The bounds of an axon; `limit-settings.ts` has the settings of them. */
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
  /** how long an accepted question keeps its connection in the share of its hotkey */
  readonly trustMs: number
  /** bytes of all bodies that are being read, and of what was read of them until their requests are answered */
  readonly bodyBytes: number
  /** a body must have so many bytes a second in each `bodyWindowMs`, or end in it */
  readonly bodyBytesPerSecond: number
  readonly bodyWindowMs: number
  /** signature checks of one address that may fail at once, and how many more each second */
  readonly failedProofs: number
  readonly failedProofsPerSecond: number
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
  trustMs: 120_000,
  bodyBytes: 64 * 1024 * 1024,
  bodyBytesPerSecond: 1024,
  bodyWindowMs: 5_000,
  failedProofs: 50,
  failedProofsPerSecond: 10,
  // Some hundred requests that are worked on in one turn: a busy axon is 10 to 50 ms late.
  loopDelayMs: 200,
}

/** Returns how many nonces a store of the axon remembers. */
export function nonceCaps({ noncesPerCaller, noncesInAll }: Limits): NonceCaps {
  return { perCaller: noncesPerCaller, inAll: noncesInAll }
}
