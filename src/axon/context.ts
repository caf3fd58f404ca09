import type { Sign } from '../plugin/dialect.js'
import type { Miner } from '../plugin/miner.js'
import type { BudgetGate } from '../plugin/money/budget.js'
import type { PolicySource } from '../plugin/policy.js'
import type { ChainState, Standings } from '../plugin/standing.js'
import type { Wire } from '../wires/wire.js'
import type { PlainRoutes } from './answer/plain-route.js'
import type { RateLimiters } from './stages/charge.js'
import type { Routes } from './stages/match.js'
import type { OnHookFailed } from './stages/miner-hooks.js'
import type { Verification } from './stages/verify.js'
import type { CallerState } from './state/caller-state.js'
import type { FirstWords } from './state/first-words.js'
import type { LoopDelay } from './state/loop-delay.js'
import type { Scheduler } from './state/scheduler.js'
import type { WaitingCalls } from './state/waiting-calls.js'
import type { Weights } from './state/weights.js'

/** What all requests of one axon share. */
export type AxonContext = {
  /** the axon's id in records */
  readonly axon: string
  /** our own hotkey, ss58 */
  readonly hotkey: string
  readonly wires: readonly [Wire, ...Wire[]]
  readonly dialect: { readonly name: string; readonly routes: Routes; readonly plain: PlainRoutes }
  readonly policy: PolicySource
  readonly standings: Standings
  readonly verification: Verification
  /** of the operator's rates */
  readonly callerRates: RateLimiters
  /** of the rates of routes */
  readonly rateLimiters: RateLimiters
  /** undefined: what requests cost has no limit */
  readonly budget: BudgetGate | undefined
  readonly scheduler: Scheduler
  readonly weights: Weights
  readonly firstWords: FirstWords
  readonly loopDelay: LoopDelay
  /** at which new work of strangers is refused */
  readonly loopDelayLimitMs: number
  readonly waiting: WaitingCalls
  readonly miner: Miner
  readonly minerName: string
  readonly onHookFailed: OnHookFailed
  /** Kept apart, so that strangers, however many, evict no state of admitted callers. */
  readonly states: { readonly admitted: CallerState; readonly strangers: CallerState }
  readonly sign: Sign
  readonly fetch: typeof fetch
  readonly maxBody: number
  readonly maxTimeoutMs: number
  readonly marginMs: number
  /** whether an answer is cut at the deadline, where the dialect allows it */
  readonly mayCut: boolean
  readonly isDraining: () => boolean
  /** undefined without a chain */
  readonly chainState: (() => ChainState) | undefined
  /** epoch milliseconds */
  readonly now: () => number
}
