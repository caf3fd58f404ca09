import type { BudgetGate, Purse } from '../../plugin/money/budget.js'
import type { ModelSource, MostUsage, Spending } from '../../plugin/money/spending.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { Refusal } from '../../wires/refusal.js'
import { costOfUsage, mostCost, type Nano, type Price } from '../prices/price.js'
import type { PriceList } from '../prices/price-list.js'
import { ALL, STRANGERS } from './account.js'
import type { Budget, Reservation, Shortage } from './budget.js'

/** How soon a caller may try again whose money is only reserved by requests in progress. */
const RESERVED_RETRY_MS = 5_000

type GateOptions = {
  readonly budget: Budget
  readonly prices: PriceList
  /** as in {@link mostOfRequest} */
  readonly sources: readonly ModelSource[]
}

/**
 * Makes the rule of admission that keeps a budget. A request reserves the most that one answer of the dearest endpoint may cost.
 * Each attempt takes its own most out of that, and what it lacks from the budget, so that neither a dialect that asks several
 * times, nor a retry, nor a hedge slips past it. An attempt that ends without counts has cost its most, as far as anyone knows.
 */
export function openGate({ budget, prices, sources }: GateOptions): BudgetGate {
  return {
    async admit(caller, bytes) {
      const reserved = await budget.reserve(caller, mostOfRequest(sources, prices, bytes)).catch(error => {
        throw unwritten(error)
      })
      if (isShortage(reserved)) throw refusalOf(reserved)
      return openPurse(reserved, caller)
    },
  }

  function openPurse(admitted: Reservation, caller: string | null): Purse {
    const spend = async (most: MostUsage): Promise<Spending> => {
      const price = prices.of(most.endpoint, most.model)
      const nano = price && mostCost(price, most)
      if (!price || nano === null) throw unpriced(most, price)
      const taken = admitted.split(Math.min(nano, admitted.nano))
      const more = await reserveMore(caller, nano - taken.nano, taken)
      return {
        end(usage) {
          const cost = (usage && costOfUsage(price, usage)) ?? nano
          // Both are of the same accounts, so that all of it may count on one of them.
          more?.settle(0)
          taken.settle(cost)
        },
      }
    }
    return { spend, [Symbol.dispose]: () => admitted.settle(0) }
  }

  async function reserveMore(caller: string | null, nano: Nano, taken: Reservation): Promise<Reservation | null> {
    if (nano === 0) return null
    const more = await budget.reserve(caller, nano).catch(error => {
      taken.settle(0)
      throw new NoAnswer('busy', 'the budget cannot be written', { code: 'MODEL_OVER_BUDGET', cause: unwritten(error) })
    })
    if (!isShortage(more)) return more
    taken.settle(0)
    const { of, isSpent, leftMs } = more
    const message = `the budget of ${of === ALL ? 'the day' : of} ${isSpent ? 'leaves too little' : 'is reserved'}`
    throw new NoAnswer('budget', message, {
      code: 'MODEL_OVER_BUDGET',
      hint: 'raise the budget, or wait for the next day (UTC)',
      retryAfterMs: isSpent ? leftMs : RESERVED_RETRY_MS,
      cause: refusalOf(more),
    })
  }
}

/**
 * Returns the most that one question of a request may cost, by the dearest of the models.
 *
 * @param sources at least one, each with a price, and a limit of tokens, see `unpricedOf`
 * @param bytes of the request's body
 */
export function mostOfRequest(sources: readonly ModelSource[], prices: PriceList, bytes: number): Nano {
  const costs = sources.map(({ endpoint, model, addedTokens, ...most }) =>
    mostCost(prices.of(endpoint, model)!, { ...most, promptTokens: bytes + addedTokens }),
  )
  return Math.max(...costs.map(cost => cost!))
}

/**
 * Returns the most that a short question may cost, as most questions are: a budget that has less left admits next to none.
 *
 * @param sources as in {@link mostOfRequest}
 */
export function mostOfShortRequest(sources: readonly ModelSource[], prices: PriceList): Nano {
  return mostOfRequest(sources, prices, SHORT_REQUEST)
}

/** Bytes of the body of a short question: a synapse with its empty fields. */
const SHORT_REQUEST = 1_024

function isShortage(reserved: Reservation | Shortage): reserved is Shortage {
  return 'isSpent' in reserved
}

function unwritten(cause: unknown): Refusal {
  return new Refusal('BUDGET_UNWRITTEN', '', { cause, headers: [['retry-after', '5']] })
}

function refusalOf({ of, isSpent, leftMs }: Shortage): Refusal {
  const whose = of === ALL ? 'this miner' : of === STRANGERS ? 'unregistered hotkeys' : 'this hotkey'
  const detail = `${whose} ${isSpent ? 'leaves too little until the day (UTC) turns' : 'is reserved by requests in progress'}`
  const seconds = Math.max(1, Math.ceil((isSpent ? leftMs : RESERVED_RETRY_MS) / 1000))
  return new Refusal('BUDGET_SPENT', detail, { headers: [['retry-after', String(seconds)]] })
}

function unpriced({ model, endpoint }: MostUsage, price: Price | null): NoAnswer {
  const what = price ? 'has no known limit of tokens' : 'has no price'
  return new NoAnswer('unsupported', `${model} at ${endpoint} ${what}, and there is a budget`, {
    code: 'MODEL_UNPRICED',
    hint: `give it ${price ? 'maxOutput' : 'a price'} in [prices] of the configuration file`,
  })
}
