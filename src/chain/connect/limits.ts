/** How long the connection waits, all in milliseconds. */
export type ChainLimits = {
  /** until the socket is open */
  readonly connectMs: number
  /** until an endpoint has told its first block, its metadata and its head, from the start */
  readonly readyMs: number
  /** until one of the endpoints is ready, for all of them together */
  readonly openMs: number
  /** of one call that reads */
  readonly callMs: number
  /** of an announcement, which waits for a block */
  readonly announceMs: number
  /** of silence after which an endpoint counts as dead; it is pinged three times in it */
  readonly heartbeatMs: number
  /** that an endpoint rests after its first failure; twice as long after each further one */
  readonly restMs: number
  readonly maxRestMs: number
  /** that an endpoint rests which limits the rate of this machine, and names no time */
  readonly busyMs: number
  /** that an endpoint rests which belongs to another chain */
  readonly wrongChainMs: number
  /** that an endpoint rests which is behind: each look at it costs a megabyte */
  readonly behindRestMs: number
  /** that a head may be older than this machine's clock */
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
