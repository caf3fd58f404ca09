import type { Spend } from './spending.js'

/** Where an axon reserves the money that a request may cost, before it is given a place. */
export type BudgetGate = {
  /**
   * Reserves the most that one answer may cost. What a request needs beyond that is reserved before each attempt.
   *
   * @param caller the hotkey; null for strangers, who share one account
   * @param bytes of the request's body
   * @throws {Refusal} BUDGET_SPENT · BUDGET_UNWRITTEN
   */
  admit(caller: string | null, bytes: number): Promise<Purse>
}

/** The money of one request. Disposing it gives back what no attempt has taken; it may be disposed twice. */
export type Purse = Disposable & { readonly spend: Spend }
