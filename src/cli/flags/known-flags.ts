import type { HelpFlag, HelpFlags } from './help-flags.js'

/** The flags of the settings that come with this program, as the build derived them. */
export type BuiltInFlags = Pick<HelpFlags, 'host'> & {
  readonly miners: Readonly<Record<string, readonly HelpFlag[]>>
  /** how the miner is chosen, without dashes */
  readonly use: {
    readonly default: string
    readonly flag: string
    readonly otherFlags: readonly string[]
    readonly variables: readonly string[]
  }
}

/** Null here, where the flags are derived. `scripts/bundle.js` replaces this module by one with those that the build derived. */
export const knownFlags: BuiltInFlags | null = null
