import type { RequestOutcome, RequestTimes } from '../axon/events.js'
import type { AxonLoad } from '../axon/load.js'
import type { Attempt, EndpointHealth } from '../plugin/miner.js'
import type { Usage } from '../plugin/money/spending.js'
import type { ChainState } from '../plugin/standing.js'

// What the admin port replies as JSON. Times are epoch milliseconds, durations milliseconds. A part without a source is
// absent, rather than empty or zero.

/** How long requests took; each quantile is within 5 % of the true one. */
export type Quantiles = { readonly count: number; readonly p50: number; readonly p95: number; readonly p99: number }

export type { RequestOutcome }

export type OutcomeCounts = { readonly [Outcome in RequestOutcome]: number }

/** Tokens as the models' servers reported them. */
export type TokenCounts = {
  readonly prompt: number
  /** the part of `prompt` that came from the server's cache */
  readonly cached: number
  readonly completion: number
  /** the part of `completion` that went into reasoning */
  readonly reasoning: number
}

/** `GET /api/status`, and the event `status`. */
export type LiveStatus = {
  readonly at: number
  readonly miner: MinerStatus
  /** since `miner.startedAt`; a public port is always scanned, so `signed` tells how the miner does */
  readonly requests: OutcomeCounts & {
    /** those of these counts that a hotkey signed */
    readonly signed: OutcomeCounts
    /** those that claim a hotkey that may ask, and were refused before its proof; anyone can claim one */
    readonly unproven: number
    /** the rest of these counts */
    readonly strangers: number
    /** signed requests that ended in a second, on average over the last ten */
    readonly perSecond: number
    /** the same of the two others */
    readonly unprovenPerSecond: number
    readonly strangersPerSecond: number
    /** hotkeys that may ask are claimed, and none was proven in the last five minutes: why, and what to do; else absent */
    readonly problem?: string
  }
  /** of answers, over the last five minutes; null: none */
  readonly latency: { readonly firstToken: Quantiles | null; readonly total: Quantiles | null }
  /** since `miner.startedAt` */
  readonly tokens: TokenCounts
  readonly load: AxonLoad
  /** the proven callers of the last hour, the last one first */
  readonly validators: readonly ValidatorStatus[]
  /** why requests of the last hour were refused or failed, the most frequent first; those of strangers, too */
  readonly reasons: readonly ReasonStatus[]
  /** absent when the miner has no endpoints to report on */
  readonly endpoints?: readonly EndpointStatus[]
  /** absent without prices */
  readonly money?: MoneyStatus
  /** absent without a chain */
  readonly chain?: LiveChain
  /** how much the observers could not keep: rows of hotkeys beyond their bound, and events that a stream was too slow for */
  readonly dropped: number
}

export type MinerStatus = {
  readonly version: string
  readonly pid: number
  readonly startedAt: number
  /** of the axon, reachable from this machine */
  readonly url: string
  /** of the axon */
  readonly port: number
  readonly hotkey: string
  /** the name of the miner */
  readonly use: string
  readonly models: readonly string[]
  readonly dialect: string
  readonly wires: readonly string[]
  readonly isDraining: boolean
  /** absent without a chain, as is `netuid` */
  readonly network?: string
  readonly netuid?: number
}

/** The requests that one hotkey signed in the last hour. */
export type ValidatorStatus = OutcomeCounts & {
  readonly hotkey: string
  /** null: not registered, or not known; as are `stakeTao` and `hasPermit` */
  readonly uid: number | null
  readonly stakeTao: number | null
  readonly hasPermit: boolean | null
  readonly lastAt: number
  /** why its requests were refused or failed, the most frequent first; the rest is `other` */
  readonly reasons: readonly { readonly code: string; readonly count: number }[]
  /** of its answers; null: none */
  readonly firstToken: Quantiles | null
  readonly total: Quantiles | null
  readonly tokens: TokenCounts
  /** what its answers cost today, in US dollars, as far as that is known; absent when nothing is known, and without prices */
  readonly usd?: number
  /** its answers of today whose cost is not known, or not whole; absent without prices */
  readonly unpriced?: number
  /** absent without a budget of its own, and without prices */
  readonly budget?: BudgetStatus
}

export type ReasonStatus = {
  readonly ending: 'refused' | 'failed'
  readonly code: string
  readonly status: number
  /** of the last one */
  readonly reason: string
  readonly count: number
  /** how many of these no hotkey signed */
  readonly strangers: number
  readonly lastAt: number
}

/** An endpoint, and its keys in configured order. */
export type EndpointStatus = EndpointHealth & {
  /** of the last attempt that failed; absent when none did */
  readonly lastError?: { readonly code: string; readonly at: number }
}

export type MoneyStatus = {
  /**
   * this day of UTC; `unknown`: answers whose cost is not known, or not whole. `usd` has what is known, and is absent when
   * there are answers and the cost of none is known
   */
  readonly today: { readonly usd?: number; readonly unknown: number }
  /** of all callers together; absent without one */
  readonly budget?: BudgetStatus & {
    /** the part of `usedUsd` that is reserved; absent when the miner does not tell it */
    readonly reservedUsd?: number
    /** when the day turns */
    readonly until: number
  }
  /** absent without budgets of single hotkeys */
  readonly hotkeyBudgets?: HotkeyBudgets
  /** the one that unregistered hotkeys and unsigned callers share; absent until they ask, and without it */
  readonly strangersBudget?: BudgetStatus
}

/** The budgets of the hotkeys that have asked today. */
export type HotkeyBudgets = {
  readonly asked: number
  /** how many of them have spent theirs */
  readonly spent: number
  /** the most used first, at most 20 */
  readonly most: readonly HotkeyBudget[]
}

/** What may be spent on a day of UTC. */
export type BudgetStatus = {
  readonly usdPerDay: number
  /** what was spent today, and what requests in progress have reserved */
  readonly usedUsd: number
  /** a short question does not fit until the day turns: most requests are refused */
  readonly isSpent: boolean
}

export type HotkeyBudget = BudgetStatus & {
  /** or `strangers`, who share one */
  readonly of: string
}

export type LiveChain = {
  readonly state: ChainState
  /** null: the chain has not told yet */
  readonly registered: boolean | null
  /** null: not registered, or not known */
  readonly uid: number | null
  /** the address that the chain shows; null: none */
  readonly announced: AxonAddress | null
  /** the address that this miner announces; null: nothing */
  readonly ours: AxonAddress | null
  /** how the announcement stands */
  readonly announcement: 'off' | 'announced' | 'waiting' | 'failing' | 'elsewhere'
  /** when the metagraph in force was read; null: not yet */
  readonly metagraphAt: number | null
  /** what does not work at present; absent when all does */
  readonly problem?: { readonly message: string; readonly since: number }
  /** the incentive of this miner's hotkey, 0 to 1, by each metagraph that was read; the oldest first */
  readonly incentive: readonly { readonly at: number; readonly value: number }[]
}

export type AxonAddress = { readonly ip: string; readonly port: number }

export type HistoryWindow = '5m' | '1h' | '24h'

/** `GET /api/history?window=5m|1h|24h` (default 5m). */
export type LiveHistory = {
  readonly window: HistoryWindow
  /** 1,000 for 5m, 10,000 for 1h, 60,000 for 24h */
  readonly stepMs: number
  /** one a step without gaps, the oldest first, from `miner.startedAt` on; the last step is still open */
  readonly points: readonly HistoryPoint[]
}

/** What ended in one step; the outcomes are those of requests that a hotkey signed. */
export type HistoryPoint = OutcomeCounts & {
  /** the beginning of the step */
  readonly at: number
  /** of answers; null: none */
  readonly firstToken: PointQuantiles | null
  readonly total: PointQuantiles | null
  /** requests that no hotkey signed, however they ended, as in `LiveStatus` */
  readonly unproven: number
  readonly strangers: number
  /** the most in the step */
  readonly atWork: number
  readonly waiting: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** as far as it is known; absent when nothing is known, and without prices */
  readonly usd?: number
  /** answers whose cost is not known, or not whole; absent without prices */
  readonly unpriced?: number
}

export type PointQuantiles = Omit<Quantiles, 'count'>

/** `GET /api/requests?limit=100` (1 to 500): the requests of proven callers that ended last, the newest first. */
export type RequestList = { readonly requests: readonly RequestEntry[] }

/** A request of a proven caller that has ended, and the event `request`. */
export type RequestEntry = {
  readonly id: string
  /** when it arrived */
  readonly at: number
  /** the hotkey that signed it */
  readonly hotkey: string
  /** the hotkey that its head claims */
  readonly claimed: string | null
  readonly synapse: string
  readonly outcome: RequestOutcome
  /** absent when the caller disconnected */
  readonly status?: number
  /** why it was refused or failed */
  readonly code?: string
  readonly reason?: string
  /** since arrival */
  readonly ms: number
  readonly times: RequestTimes
  readonly model?: string
  /** that answered */
  readonly endpoint?: string
  /** in the order of their end */
  readonly attempts?: readonly Attempt[]
  /** of the last question to the model, as its server reported it */
  readonly usage?: Usage
  /** the answer was cut */
  readonly partial?: true
  /** in US dollars; absent when it is not known, or not whole */
  readonly usd?: number
}

/**
 * `GET /api/events`, as server-sent events. `status`: a `LiveStatus`, each second. `point`: the `HistoryPoint` of the second
 * that ended. `request`: an `RequestEntry`, at most 20 a second. A comment each 15 s keeps the connection alive.
 */
export type AdminEvents = {
  readonly status: LiveStatus
  readonly point: HistoryPoint
  readonly request: RequestEntry
}
