import type { DayLimit } from '../amount.js'
import { type Day, dayOf, dayText, endOf } from '../day.js'
import type { OnMoneyEvent } from '../money-events.js'
import type { Nano } from '../prices/price.js'
import {
  type Account,
  AHEAD,
  ALL,
  type BudgetState,
  isExhausted,
  isNear,
  isUnwritten,
  leaseOf,
  nearEvent,
  newAccount,
  STRANGERS,
  spentEvent,
  stateOf,
} from './account.js'

/** What may be spent in a day. */
export type BudgetLimits = {
  /** by all callers together; null: without a limit */
  readonly all: DayLimit | null
  /** by each hotkey that has no limit of its own, and by all strangers together */
  readonly each: DayLimit | null
  /** by single hotkeys, in place of `each` */
  readonly hotkeys: ReadonlyMap<string, DayLimit | null>
}

/** What is spent on a day, at most, by account. */
export type SpentOnDay = { readonly day: Day; readonly spent: ReadonlyMap<string, Nano> }

/** Keeps what is spent beyond the end of the process. */
export type BudgetStore = {
  /** Returns when it would survive the end of the machine. */
  write(spent: SpentOnDay): Promise<void>
}

/** A budget that leaves too little for an amount. */
export type Shortage = {
  /** `all`, `strangers` or a hotkey */
  readonly of: string
  /** false: it would suffice if the requests in progress cost nothing */
  readonly isSpent: boolean
  /** milliseconds until the day turns */
  readonly leftMs: number
}

/** An amount that is reserved. */
export type Reservation = {
  readonly nano: Nano
  /** Ends it, with what was spent of it; later calls are ignored. */
  settle(spent: Nano): void
  /** Takes a part out of it, as a reservation of its own. @param nano at most what it holds */
  split(nano: Nano): Reservation
}

/**
 * What callers may spend in a day (UTC). An amount is reserved before it may be spent, and the file says that it is spent
 * before the reservation holds: neither parallel requests nor a kill overshoot a limit. A request that is settled after
 * midnight counts on the new day. When the clock is set back over midnight, the day goes on. When it is set back further, as
 * after a moment in which it was ahead, the budget goes back with it, and nothing is forgotten.
 */
export class Budget {
  readonly #limits: BudgetLimits
  readonly #least: Nano
  readonly #store: BudgetStore
  readonly #now: () => number
  readonly #onEvent: OnMoneyEvent
  readonly #accounts = new Map<string, Account>()
  /** what the file says of accounts that have no limit in this process, and may have one in the next */
  readonly #unlimited = new Map<string, Nano>()
  #day: Day
  /** the day that this process has left last */
  #before: SpentOnDay | null = null
  /** the day from which the clock was set back */
  #setBackFrom: Day | null = null
  #writing: Promise<void> | null = null
  #isFailing = false

  /**
   * @param options.least what each request reserves at least
   * @param options.before what the file says
   */
  constructor(options: {
    readonly limits: BudgetLimits
    readonly least: Nano
    readonly store: BudgetStore
    readonly before: SpentOnDay | null
    readonly now: () => number
    readonly onEvent: OnMoneyEvent
  }) {
    this.#limits = options.limits
    this.#least = options.least
    this.#store = options.store
    this.#now = options.now
    this.#onEvent = options.onEvent
    this.#day = dayOf(options.now())
    const { before } = options
    // The day of the file is in the future when the clock was ahead: its money is spent all the same.
    if (!before || before.day < this.#day) return
    this.#day = before.day
    for (const [name, nano] of before.spent)
      if (!this.#account(name, { spent: nano, written: nano })) this.#unlimited.set(name, nano)
    for (const account of this.#accounts.values()) this.#report(account)
  }

  /**
   * Reserves an amount for a caller.
   *
   * @param caller the hotkey; null for strangers
   * @returns the reservation, or what is short
   * @throws the error of the file system, when it cannot be written; nothing is reserved then
   * @throws {RangeError} for anything but an amount: sums with it would limit nothing from then on
   */
  async reserve(caller: string | null, nano: Nano): Promise<Reservation | Shortage> {
    if (!Number.isFinite(nano) || nano < 0) throw new RangeError(`${nano} is no amount`)
    this.#turn()
    const accounts = this.#accountsOf(caller)
    const short = accounts.find(({ spent, reserved, limit }) => spent + reserved + nano > limit.nano)
    if (short)
      return { of: short.name, isSpent: short.spent + nano > short.limit.nano, leftMs: endOf(this.#day) - this.#now() }
    for (const account of accounts) account.reserved += nano
    try {
      while (accounts.some(isUnwritten)) await this.#write()
    } catch (error) {
      for (const account of accounts) account.reserved -= nano
      throw error
    }
    return this.#reservation(
      accounts.map(({ name }) => name),
      nano,
    )
  }

  /** Returns what the budget of one caller, or of all, holds; null without a limit. @param name a hotkey, `strangers` or `all` */
  stateOf(name: string): BudgetState | null {
    this.#turn()
    const limit = this.#limitOf(name)
    return limit && stateOf(this.#accounts.get(name) ?? newAccount(name, limit), this.#least)
  }

  /** Returns what the budgets of those hold that have asked today, without that of all. */
  callerStates(): readonly BudgetState[] {
    this.#turn()
    const accounts = [...this.#accounts.values()].filter(({ name }) => name !== ALL)
    return accounts.map(account => stateOf(account, this.#least))
  }

  /** Writes what is really spent, once the last request has ended. */
  async close(): Promise<void> {
    this.#turn()
    await this.#writing?.catch(() => {}) // it was reported
    await this.#write({ ahead: 0 }).catch(() => {}) // the file says that more is spent, which is on the safe side
  }

  /** @param names of accounts: it may outlive them, because those that hold nothing end with their day */
  #reservation(names: readonly string[], reserved: Nano): Reservation {
    let nano = reserved
    let isOver = false
    const settle = (spent: Nano) => {
      if (isOver) return
      isOver = true
      this.#turn()
      const accounts = this.#accountsBy(names)
      for (const account of accounts) {
        account.reserved -= nano
        account.spent += spent
        this.#report(account)
      }
      // An endpoint may count more than the most that it was to use.
      if (accounts.some(isUnwritten)) void this.#write().catch(() => {}) // it is reported
    }
    const split = (part: Nano) => {
      nano -= part
      return this.#reservation(names, part)
    }
    return {
      get nano() {
        return isOver ? 0 : nano
      },
      settle,
      split,
    }
  }

  #accountsOf(caller: string | null): readonly Account[] {
    return this.#accountsBy([ALL, caller ?? STRANGERS])
  }

  /** Returns those that have a limit. */
  #accountsBy(names: readonly string[]): readonly Account[] {
    return names.map(name => this.#account(name)).filter(account => account !== null)
  }

  /** @returns null when it has no limit */
  #account(name: string, known: Partial<Account> = {}): Account | null {
    const existing = this.#accounts.get(name)
    if (existing) return existing
    const limit = this.#limitOf(name)
    if (!limit) return null
    const account = { ...newAccount(name, limit), ...known }
    this.#accounts.set(name, account)
    return account
  }

  #limitOf(name: string): DayLimit | null {
    const { all, each, hotkeys } = this.#limits
    if (name === ALL) return all
    return hotkeys.has(name) ? hotkeys.get(name)! : each
  }

  /** Follows the clock to another day, unless it was only set back over midnight. */
  #turn(): void {
    const day = dayOf(this.#now())
    if (day === this.#day || day === this.#day - 1) return
    if (day < this.#day) this.#goBack(day)
    else this.#begin(day)
    this.#day = day
    for (const account of this.#accounts.values()) account.written = 0
    void this.#write().catch(() => {}) // it is reported
  }

  #begin(day: Day): void {
    const isReturn = day === this.#setBackFrom
    this.#setBackFrom = null
    if (isReturn) return
    const spent = [...this.#accounts].map(([name, { spent }]) => [name, spent] as const)
    this.#before = { day: this.#day, spent: new Map([...this.#unlimited, ...spent]) }
    this.#unlimited.clear()
    for (const [name, account] of this.#accounts) {
      Object.assign(account, { spent: 0, hasReportedNear: false, hasReportedSpent: false })
      if (account.reserved === 0) this.#accounts.delete(name)
    }
  }

  /** Counts what is spent on the earlier day, with what was spent on it before the clock left it. */
  #goBack(day: Day): void {
    const [from, to] = [this.#day, day].map(dayText)
    const message = `the clock has gone back from ${from} to ${to}: what was spent on both counts on ${to}`
    const hint = 'keep the clock of this machine right'
    this.#onEvent({ level: 'warn', event: 'budgetSetBack', message, hint })
    this.#setBackFrom = this.#day
    const before = this.#before
    this.#before = null
    if (!before || before.day < day) return
    for (const [name, nano] of before.spent) {
      const account = this.#account(name)
      if (account) {
        account.spent += nano
        this.#report(account)
      } else this.#unlimited.set(name, nano)
    }
  }

  #write({ ahead = AHEAD } = {}): Promise<void> {
    // A caller that came during a write waits for that one, and asks for another if it was too late for it.
    this.#writing ??= this.#writeOnce(ahead).finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async #writeOnce(ahead: number): Promise<void> {
    const day = this.#day
    const leases = [...this.#accounts.values()].map(account => ({ account, nano: leaseOf(account, ahead) }))
    try {
      const spent = new Map(leases.map(({ account, nano }) => [account.name, nano]))
      await this.#store.write({ day, spent: new Map([...this.#unlimited, ...spent]) })
    } catch (error) {
      this.#reportUnwritten(error)
      throw error
    }
    if (day === this.#day) for (const { account, nano } of leases) account.written = nano
    if (this.#isFailing)
      this.#onEvent({ level: 'info', event: 'budgetWritten', message: 'the budget is written again' })
    this.#isFailing = false
  }

  /** Tells the log once a day that little is left, or nothing: when that comes about, and at a start that finds it so. */
  #report(account: Account): void {
    const isSpent = isExhausted(account, this.#least)
    if (isSpent && !account.hasReportedSpent) this.#onEvent(spentEvent(account))
    else if (!isSpent && isNear(account) && !account.hasReportedNear) this.#onEvent(nearEvent(account))
    else return
    account.hasReportedNear = true
    account.hasReportedSpent = isSpent
  }

  #reportUnwritten(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const message = `cannot write the budget, so requests are refused: ${(error as Error).message}`
    const hint = 'let this user write the data folder, or make room on its disk'
    this.#onEvent({ level: 'warn', event: 'budgetUnwritten', error, message, hint })
  }
}
