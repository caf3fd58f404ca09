import type { BudgetStatus, HotkeyBudget, LiveChain, MinerStatus, MoneyStatus } from '../admin/api.js'
import type { AxonLoad } from '../axon/load.js'
import type { EndpointHealth } from '../plugin/miner.js'
import type { EndedCost, LastRecord } from './ended-request.js'

/** Where the figures come from that no channel tells. Each is called when they are looked at, and must not throw. */
export type FigureSources = {
  readonly miner: Omit<MinerStatus, 'startedAt' | 'isDraining'>
  readonly isDraining: () => boolean
  readonly load: () => AxonLoad
  /** absent when the miner has no endpoints; undefined when it cannot report on them now */
  readonly health?: (() => readonly EndpointHealth[] | undefined) | undefined
  /** absent without a chain */
  readonly chain?: (() => LiveChain) | undefined
  /** absent without prices */
  readonly money?: MoneySource | undefined
}

/** What answers cost, in US dollars. */
export type MoneySource = {
  /** null: the record tells of no answer */
  costOf(record: LastRecord): EndedCost | null
  /** of each attempt that the request pays for; null: unknown */
  costsOf(record: LastRecord): readonly { readonly model: string; readonly usd: number | null }[]
  status(): MoneyStatus
  /** today; `usd` is absent when nothing is known of it */
  spentBy(hotkey: string): { readonly usd?: number; readonly unknown: number }
  /** undefined: the hotkey has no budget of its own */
  budgetOf(hotkey: string): BudgetStatus | undefined
  /** of single hotkeys that have asked today, the most used first; undefined: the settings have none */
  hotkeyBudgets(): readonly HotkeyBudget[] | undefined
}
