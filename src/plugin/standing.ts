/** What the chain holds of a registered hotkey. */
export type Standing = {
  readonly uid: number
  /** RAO: 1 TAO is 10^9 RAO */
  readonly stakeRao: bigint
  /** may act as a validator */
  readonly hasPermit: boolean
}

/**
 * Looks up a hotkey in the last metagraph, at once. `unknown`: the chain has not told yet, or the hotkey may have
 * registered since.
 */
export type Standings = (hotkey: string) => Standing | 'unregistered' | 'unknown'

/**
 * How far the standings can be relied on. `fresh`: the chain is in reach. `stale`: it is not, and the last metagraph decides
 * in its place. `unknown`: that is too old.
 */
export type ChainState = 'fresh' | 'stale' | 'unknown'
