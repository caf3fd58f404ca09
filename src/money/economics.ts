import { usdOf } from './amount.js'
import type { LedgerDay, LedgerRow } from './ledger/ledger-file.js'

/** What the chain and the ledger tell of a miner's day. */
export type EconomicsInput = {
  /** from which the cost of a day is averaged; empty: the ledger has none */
  readonly days: readonly LedgerDay[]
  /** whether the only day is today, as far as it is: that cost is held against the pay of no whole day */
  readonly isToday: boolean
  /** null: the chain could not be asked */
  readonly earning: Earning | null
  /** null: the operator has not told it */
  readonly taoUsd: number | null
}

/** What the chain tells of a miner's pay. */
export type Earning = {
  /** of the last epoch, in alpha, or in TAO where the chain has no alpha */
  readonly emissionRao: bigint
  /** blocks of an epoch, less one */
  readonly tempo: number
  /** null: the chain has no alpha, and pays TAO */
  readonly alphaPriceRao: bigint | null
  /** those with a permit that weigh the miner */
  readonly validators: readonly WeighingValidator[]
}

export type WeighingValidator = {
  readonly hotkey: string
  readonly uid: number
  readonly stakeRao: bigint
  /** the part of its weights that the miner has, from 0 to 1 */
  readonly weight: number
}

/** What a day costs, on average. */
export type DayCost = {
  /** of what is known; null when that is nothing */
  readonly usd: number | null
  readonly requests: number
  /** requests whose cost is not known, or not all of it */
  readonly unknown: number
}

/** What a day pays. Dollars are null when the operator has not told what a TAO is worth. */
export type DayPay = { readonly tao: number; readonly usd: number | null }

/** A hotkey's part of both. */
export type HotkeyEconomics = {
  /** or `strangers`, or `others` */
  readonly hotkey: string
  /** absent for one that does not weigh the miner */
  readonly validator?: WeighingValidator
  /** of the miner's pay, by stake and weight: what the chain tells, not what its consensus made of it; 0 without a chain */
  readonly share: number
  /** null: the chain could not be asked */
  readonly pay: DayPay | null
  /** null: the ledger has no day */
  readonly cost: DayCost | null
}

export type Economics = {
  readonly cost: DayCost | null
  /** null: the chain could not be asked */
  readonly pay: (DayPay & { readonly alpha: number | null }) | null
  /** what is left of a whole day, in dollars; null when one of both is not known, or not all of it */
  readonly leftUsd: number | null
  /** the largest part of the pay first, then the dearest */
  readonly hotkeys: readonly HotkeyEconomics[]
}

/** Blocks of 12 s. */
const BLOCKS_PER_DAY = 7_200
const RAO = 1_000_000_000

/** Holds what a miner's day costs against what it pays, in all and for each validator. */
export function economicsOf({ days, isToday, earning, taoUsd }: EconomicsInput): Economics {
  const coins = earning && coinsOf(earning)
  const payOf = (share: number): DayPay | null => {
    if (!coins) return null
    const tao = coins.tao * share
    return { tao, usd: taoUsd === null ? null : tao * taoUsd }
  }
  const rows = days.flatMap(({ hotkeys }) => [...hotkeys.values()])
  const cost = days.length === 0 ? null : averageOf(rows, days.length)
  const pay = payOf(1)
  const isKnown = !isToday && cost?.unknown === 0 && typeof cost.usd === 'number' && typeof pay?.usd === 'number'
  return {
    cost,
    pay: pay && { ...pay, alpha: coins!.alpha },
    leftUsd: isKnown ? pay.usd - cost.usd : null,
    hotkeys: hotkeysOf(days, earning?.validators ?? [], payOf),
  }
}

/** Returns what a day costs, of all its hotkeys. */
export function costOfDay({ hotkeys }: LedgerDay): DayCost {
  return averageOf([...hotkeys.values()], 1)
}

/** Returns what a day costs for a hotkey. */
export function costOfRow(row: LedgerRow): DayCost {
  return averageOf([row], 1)
}

function coinsOf({ emissionRao, tempo, alphaPriceRao }: Earning) {
  const coins = (Number(emissionRao) / RAO) * (BLOCKS_PER_DAY / (tempo + 1))
  if (alphaPriceRao === null) return { tao: coins, alpha: null }
  return { tao: coins * (Number(alphaPriceRao) / RAO), alpha: coins }
}

function hotkeysOf(
  days: readonly LedgerDay[],
  validators: readonly WeighingValidator[],
  payOf: (share: number) => DayPay | null,
): readonly HotkeyEconomics[] {
  const costs = costsByHotkey(days)
  const power = (one: WeighingValidator) => Number(one.stakeRao) * one.weight
  const allPower = validators.reduce((sum, one) => sum + power(one), 0)
  const weighing = new Map(validators.map(one => [one.hotkey, one]))
  const hotkeys = [...new Set([...weighing.keys(), ...costs.keys()])].map((hotkey): HotkeyEconomics => {
    const validator = weighing.get(hotkey)
    const share = validator && allPower > 0 ? power(validator) / allPower : 0
    const cost = days.length === 0 ? null : (costs.get(hotkey) ?? NOTHING)
    return { hotkey, ...(validator && { validator }), share, pay: payOf(share), cost }
  })
  return hotkeys.sort((one, other) => other.share - one.share || (other.cost?.usd ?? 0) - (one.cost?.usd ?? 0))
}

const NOTHING: DayCost = { usd: 0, requests: 0, unknown: 0 }

function costsByHotkey(days: readonly LedgerDay[]): ReadonlyMap<string, DayCost> {
  const rows = Map.groupBy(
    days.flatMap(({ hotkeys }) => [...hotkeys]),
    ([hotkey]) => hotkey,
  )
  return new Map(
    [...rows].map(([hotkey, of]) => [
      hotkey,
      averageOf(
        of.map(([, row]) => row),
        days.length,
      ),
    ]),
  )
}

function averageOf(rows: readonly LedgerRow[], days: number): DayCost {
  const mean = (of: (row: LedgerRow) => number) => rows.reduce((sum, row) => sum + of(row), 0) / days
  const [usd, requests, unknown] = [
    usdOf(mean(({ nano }) => nano)),
    mean(({ requests }) => requests),
    mean(({ unknown }) => unknown),
  ]
  return { usd: usd === 0 && unknown > 0 && unknown === requests ? null : usd, requests, unknown }
}
