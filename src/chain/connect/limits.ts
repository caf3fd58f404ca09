/** How long the connection waits, all in milliseconds. */
export type ChainLimits = {
  /** until the socket is open */
  readonly connectMs: number
  /** from the start until an endpoint has sent its first block, its metadata and its head */
  readonly readyMs: number
  /** until one of the endpoints is ready, for all of them together */
  readonly openMs: number
  /** of one call that reads */
  readonly callMs: number
  /** of an announcement, which waits for a block */
  readonly announceMs: number
  /** of silence until an endpoint counts as dead; it is pinged three times meanwhile */
  readonly heartbeatMs: number
  /** the rest of an endpoint after its first failure; twice as long after each further one */
  readonly restMs: number
  readonly maxRestMs: number
  /** the rest of an endpoint that limits the rate of this machine and names no time */
  readonly busyMs: number
  /** the rest of an endpoint of another chain */
  readonly wrongChainMs: number
  /** the rest of an endpoint that is behind, or whose runtime cannot be read: each look costs a megabyte */
  readonly behindRestMs: number
  /** how much older than this machine's clock a head may be */
  readonly behindMs: number
  /** between two looks at the head of the endpoint in use */
  readonly headCheckMs: number
}

export const defaultLimits: ChainLimits = {
  connectMs: 5_000,
  readyMs: 12_000,
  openMs: 25_000,
  callMs: 20_000,
  announceMs: 180_000,
  // A block comes each 12 s, and each answer to a ping counts.
  heartbeatMs: 15_000,
  restMs: 500,
  maxRestMs: 120_000,
  busyMs: 30_000,
  wrongChainMs: 600_000,
  behindRestMs: 300_000,
  behindMs: 120_000,
  headCheckMs: 30_000,
}
