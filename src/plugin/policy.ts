import type { Rate } from './dialect.js'
import type { ScreenRule } from './screen-rule.js'

/** A rate of the operator's, and how it was written, which the caller that exceeds it is told: `30/min`. */
export type WrittenRate = Rate & { readonly text: string }

/**
 * What the operator decides on callers. It never changes: a request takes one at its arrival and keeps it to its end, and
 * other settings make another one.
 */
export type Policy = {
  /** in the order in which they are asked */
  readonly rules: readonly ScreenRule[]
  /** how often a hotkey may ask, and an address of strangers; null: without a limit */
  readonly rate: WrittenRate | null
  /** of single hotkeys, in place of `rate`; they hold for exempt hotkeys, too */
  readonly rates: ReadonlyMap<string, WrittenRate | null>
}

/** Where an axon finds the policy that is in force. */
export type PolicySource = {
  readonly current: Policy
  /** Calls back after each replacement. @returns a function that ends it */
  subscribe(onReplaced: (policy: Policy) => void): () => void
}
