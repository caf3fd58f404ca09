import { Refusal } from '../../wires/refusal.js'
import type { ClaimCounts } from './claim-counts.js'
import { addressKey } from './rate-limiter.js'
import { TOP_HOLDERS } from './shares.js'

/** Budgets, and pairs of address and hotkey, that are remembered; one more evicts the least recently used. */
const MAX_KNOWN = 10_000

/** What is known of a claim before its signature is checked. */
export type Claimant = {
  readonly address: string
  readonly hotkey: string
  /** the hotkey has proven itself on this connection before */
  readonly isProvenHere: boolean
  /** the hotkey may ask, and is registered or allowed by name */
  readonly isKnown: boolean
}

/** The addresses that have used up their budgets, so that the axon checks no signature of others behind them. */
export type ProofLoad = {
  readonly usedUp: number
  /** the first few of them */
  readonly addresses: readonly string[]
}

type Options = {
  /** how many checks of one address may fail at once */
  readonly burst: number
  /** how fast a used budget fills again */
  readonly perSecond: number
  readonly claims: ClaimCounts
  /** no budget holds for such an address */
  readonly isExempt: (address: string) => boolean
  /** epoch milliseconds */
  readonly now: () => number
}

/**
 * A budget of failed checks for each address, the /64 of IPv6, so that a flood of forged requests costs no checks. Callers behind
 * one address share it, so a hotkey that has proven itself has budgets of its own: one on its connections, where no other caller
 * can use it up, and a tenth for new connections from an address from which it has proven itself before. A claim is not proven
 * before its check, so others behind the address can use up that tenth in its name.
 */
export class FailedProofs {
  readonly #options: Options
  readonly #budgets = new Map<string, Budget>()
  readonly #reserves = new Map<string, Budget>()

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Makes a check, if a budget has something left for its failure.
   *
   * @throws {Refusal} TOO_MANY_FAILED_PROOFS
   * @throws whatever `check` rejects with, which costs nothing
   */
  async check(claimant: Claimant, check: () => Promise<boolean>): Promise<boolean> {
    const { address, hotkey } = claimant
    try {
      const holds = await this.#budgeted(claimant, check)
      this.#options.claims.add(hotkey, address, holds ? 'verified' : 'forged')
      return holds
    } catch (error) {
      if (error instanceof Refusal && error.code === 'TOO_MANY_FAILED_PROOFS')
        this.#options.claims.add(hotkey, address, 'unchecked')
      throw error
    }
  }

  load(): ProofLoad {
    const usedUp = [...this.#budgets].filter(([key, budget]) => !key.includes(' ') && !budget.hasLeft())
    return { usedUp: usedUp.length, addresses: usedUp.slice(0, TOP_HOLDERS).map(([address]) => address) }
  }

  async #budgeted(claimant: Claimant, check: () => Promise<boolean>): Promise<boolean> {
    if (this.#options.isExempt(claimant.address)) return check()
    const shared = this.#budgetOf(addressKey(claimant.address))
    const own = claimant.isProvenHere ? this.#budgetOf(pairKey(claimant)) : undefined
    const budget = [own, shared].find(budget => budget?.hasLeft())
    const holds = await (budget ? charged(budget, check) : this.#reserved(claimant, shared, check))
    if (holds && claimant.isKnown) this.#reserve(pairKey(claimant))
    return holds
  }

  /** Takes from the reserve at once, and gives back when the check holds, because all those under way could fail. */
  async #reserved(claimant: Claimant, shared: Budget, check: () => Promise<boolean>): Promise<boolean> {
    const reserve = this.#reserves.get(pairKey(claimant))
    if (!reserve?.hasLeft()) throw tooMany(shared.msUntilLeft())
    reserve.take()
    let failed = false
    try {
      failed = !(await check())
      return !failed
    } finally {
      if (!failed) reserve.giveBack()
    }
  }

  #reserve(key: string): void {
    remember(this.#reserves, key, this.#reserves.get(key) ?? this.#newBudget(RESERVE))
  }

  #budgetOf(key: string): Budget {
    const budget = this.#budgets.get(key) ?? this.#newBudget(1)
    remember(this.#budgets, key, budget)
    return budget
  }

  #newBudget(part: number): Budget {
    const { burst, perSecond, now } = this.#options
    return new Budget({ size: Math.max(1, burst * part), perMs: (perSecond * part) / 1000, now })
  }
}

/** Of the budget of an address, what a hotkey has in addition. */
const RESERVE = 0.1

async function charged(budget: Budget, check: () => Promise<boolean>): Promise<boolean> {
  const holds = await check()
  if (!holds) budget.take()
  return holds
}

/** Fills evenly, up to its size; a failure may take more than there is, since checks are under way when it empties. */
class Budget {
  readonly #size: number
  readonly #perMs: number
  readonly #now: () => number
  #left: number
  #at: number

  constructor({ size, perMs, now }: { size: number; perMs: number; now: () => number }) {
    this.#size = size
    this.#perMs = perMs
    this.#now = now
    this.#left = size
    this.#at = now()
  }

  hasLeft(): boolean {
    this.#fill()
    return this.#left >= 1
  }

  msUntilLeft(): number {
    this.#fill()
    return (1 - this.#left) / this.#perMs
  }

  take(): void {
    this.#fill()
    this.#left = Math.max(-this.#size, this.#left - 1)
  }

  giveBack(): void {
    this.#left = Math.min(this.#size, this.#left + 1)
  }

  #fill(): void {
    const now = this.#now()
    this.#left = Math.min(this.#size, this.#left + Math.max(0, now - this.#at) * this.#perMs)
    this.#at = now
  }
}

function pairKey({ address, hotkey }: Pick<Claimant, 'address' | 'hotkey'>): string {
  return `${addressKey(address)} ${hotkey}`
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > MAX_KNOWN) map.delete(map.keys().next().value!)
}

function tooMany(waitMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new Refusal('TOO_MANY_FAILED_PROOFS', '', { headers: [['retry-after', String(seconds)]] })
}
