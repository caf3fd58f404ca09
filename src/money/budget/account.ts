import { type DayLimit, usdOf } from '../amount.js'
import type { Nano } from '../prices/price.js'

/** What one caller, or all together, may spend and has spent. */
export type Account = {
  readonly name: string
  readonly limit: DayLimit
  spent: Nano
  reserved: Nano
  /** the file says that so much is spent, so that what this process reserves up to there is counted after a kill */
  written: Nano
  hasReportedNear: boolean
  hasReportedSpent: boolean
}

/** What a budget of today holds. */
export type BudgetState = {
  /** `all`, `strangers` or a hotkey */
  readonly of: string
  readonly spent: Nano
  /** by requests in progress */
  readonly reserved: Nano
  readonly limit: Nano
  /** a short question does not fit until the day turns: most requests are refused */
  readonly isSpent: boolean
}

export const ALL = 'all'
export const STRANGERS = 'strangers'

/** A part of a limit that is written ahead: the file changes a hundred times a day, and a kill costs at most so much. */
export const AHEAD = 1 / 100
/** A part of a limit from which on the log warns. */
const NEAR = 0.8

/** Opens an account from which nothing is spent. */
export function newAccount(name: string, limit: DayLimit): Account {
  return { name, limit, spent: 0, reserved: 0, written: 0, hasReportedNear: false, hasReportedSpent: false }
}

/** Whether so much is spent that the operator should know. */
export function isNear({ spent, limit }: Pick<Account, 'spent' | 'limit'>): boolean {
  return spent >= NEAR * limit.nano
}

/** Whether a short question does not fit until the day turns. @param least what it reserves */
export function isExhausted({ spent, limit }: Pick<Account, 'spent' | 'limit'>, least: Nano): boolean {
  return spent + least > limit.nano
}

export function isUnwritten({ spent, reserved, written }: Account): boolean {
  return spent + reserved > written
}

export function leaseOf({ spent, reserved, limit }: Account, ahead: number): Nano {
  const used = spent + reserved
  return Math.max(used, Math.min(limit.nano, used + Math.ceil(limit.nano * ahead)))
}

/** Returns what others may read of it. @param least as in {@link isExhausted} */
export function stateOf(account: Account, least: Nano): BudgetState {
  const { name, spent, reserved, limit } = account
  return { of: name, spent, reserved, limit: limit.nano, isSpent: isExhausted(account, least) }
}

export function nearEvent(account: Account) {
  const message = `${budgetText(account)} is spent by ${Math.floor((100 * account.spent) / account.limit.nano)} %`
  return { level: 'warn', event: 'budgetNear', ...budgetFields(account), message } as const
}

export function spentEvent(account: Account) {
  const message = `${budgetText(account)} leaves too little for a short question: most requests are refused until the day (UTC) turns`
  return { level: 'warn', event: 'budgetSpent', ...budgetFields(account), message } as const
}

function budgetText({ name, limit }: Account): string {
  const whose = name === ALL ? 'the budget' : name === STRANGERS ? 'the budget of strangers' : `the budget of ${name}`
  return `${whose}, ${limit.text},`
}

function budgetFields({ name, spent, limit }: Account) {
  return { of: name, spentUsd: usdOf(spent), limitUsd: usdOf(limit.nano) }
}
