import { CANCELLED } from '../../../async/abortable.js'
import type { Asked } from '../../../plugin/miner.js'
import type { MostUsage, Spend, Spending } from '../../../plugin/money/spending.js'
import { NoAnswer } from '../../../plugin/no-answer.js'

/** Ends the request of a caller whose budget does not allow what another one pays for. */
type Refuse = (error: NoAnswer) => void

/**
 * The callers who wait for a shared call, in the order in which they came. The first of them whose budget allows it pays for an
 * attempt.
 */
export class Payers {
  readonly #waiting = new Map<Asked, Refuse>()
  /** who pays for each attempt in progress */
  readonly #inProgress = new Map<Spending, Asked>()
  #first: Asked
  /** of the attempt that ended last; undefined once it is told, and without a budget */
  #ended: Asked | undefined

  constructor(first: Asked) {
    this.#first = first
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  join(asked: Asked, refuse: Refuse): void {
    this.#waiting.set(asked, refuse)
  }

  /** @returns false when it has left before */
  leave(asked: Asked): boolean {
    const hasWaited = this.#waiting.delete(asked)
    const [first] = this.#waiting.keys()
    this.#first = first ?? this.#first
    return hasWaited
  }

  /**
   * Reserves the money of an attempt with the first caller whose budget allows it. Those before it are refused, as they would be
   * if they had asked alone, except for one that has paid for an attempt in progress.
   *
   * @throws {NoAnswer} `budget`, of the first caller, when the budgets of all are spent; none of them is refused, because a
   *   cheaper endpoint may be asked next
   */
  readonly spend: Spend = async most => {
    const refused = new Map<Asked, NoAnswer>()
    // Callers that join meanwhile are visited, too.
    for (const asked of this.#waiting.keys()) {
      const spending = await trySpend(asked, most)
      if (spending instanceof NoAnswer) {
        refused.set(asked, spending)
        continue
      }
      const paying = new Set(this.#inProgress.values())
      for (const [one, error] of refused) if (!paying.has(one)) this.#waiting.get(one)?.(error)
      return this.#counted(asked, spending)
    }
    const [error] = refused.values()
    throw error ?? CANCELLED // without callers the call is aborted
  }

  /** Returns who pays for the attempt that has just ended. Its spending has ended before, if there is a budget. */
  takeEnded(): Asked {
    const payer = this.#ended
    this.#ended = undefined
    return payer && this.#waiting.has(payer) ? payer : this.#first
  }

  #counted(asked: Asked, spending: Spending): Spending {
    this.#inProgress.set(spending, asked)
    return {
      end: usage => {
        spending.end(usage)
        this.#inProgress.delete(spending)
        this.#ended = asked
      },
    }
  }
}

/** @returns the error when the budget of the caller does not allow it */
async function trySpend({ spend }: Asked, most: MostUsage): Promise<Spending | NoAnswer> {
  try {
    return await spend!(most)
  } catch (error) {
    if (error instanceof NoAnswer && error.reason === 'budget') return error
    throw error
  }
}
