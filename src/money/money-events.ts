/** What each event of the budget and the ledger tells, for the log. Amounts are in dollars. */
type MoneyEvents = {
  /** four fifths of a budget are spent; once a day for each budget, and at a start that finds it so */
  budgetNear: BudgetFields
  /** a budget leaves too little for a short question, and most are refused until the day turns; as often */
  budgetSpent: BudgetFields
  /** the budget cannot be written, and requests are refused meanwhile; once until it can again */
  budgetUnwritten: { readonly error: unknown }
  budgetWritten: object
  /** the clock was set back by more than a day, and the budget goes back with it */
  budgetSetBack: object
  /** the ledger cannot be written, once until it can again; or read, or an old day removed, at the start */
  ledgerUnwritten: { readonly error: unknown }
  /** another process keeps the ledger of this hotkey, so this one keeps none */
  ledgerLocked: object
}

type BudgetFields = {
  /** the hotkey whose budget it is, `strangers`, or `all` */
  readonly of: string
  readonly spentUsd: number
  readonly limitUsd: number
}

/** An event of the budget or the ledger. `message` says it in words. */
export type MoneyEvent = {
  [Name in keyof MoneyEvents]: MoneyEvents[Name] & {
    readonly level: 'info' | 'warn'
    readonly event: Name
    readonly message: string
    readonly hint?: string | undefined
  }
}[keyof MoneyEvents]

/** Receives the events. Must not throw. */
export type OnMoneyEvent = (event: MoneyEvent) => void
