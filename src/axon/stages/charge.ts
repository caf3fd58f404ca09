import type { Rate } from '../../plugin/dialect.js'
import type { BudgetGate, Purse } from '../../plugin/money/budget.js'
import type { Policy } from '../../plugin/policy.js'
import { addressKey, type RateLimiter } from '../state/rate-limiter.js'
import type { Request } from './read.js'
import type { VerifiedCall } from './verify.js'

/** What a stranger may ask of one route, and any caller of a route without rules, unless the dialect says otherwise. */
export const strangersRate: Rate = { limit: 10, windowMs: 10_000 }

/** Counted apart, so that addresses, however many, evict no hotkey. */
export type RateLimiters = { readonly hotkeys: RateLimiter; readonly addresses: RateLimiter }

/**
 * Charges a caller for a request by the operator's rates, over all routes that take a place. The rate of a single hotkey
 * holds for it wherever it comes from; `rate` counts strangers by address, and no hotkey that the operator allows by name.
 *
 * @throws {Refusal} RATE_EXCEEDED
 */
export function chargeCaller(
  { hotkeys, addresses }: RateLimiters,
  { rate, rates }: Pick<Policy, 'rate' | 'rates'>,
  { route, hotkey, isStranger, isExempt }: VerifiedCall,
  address: string,
): void {
  if (route.queue === false) return
  const own = hotkey === null ? undefined : rates.get(hotkey)
  if (hotkey !== null && own) hotkeys.take(hotkey, own)
  if (own !== undefined || isExempt || !rate) return
  if (isStranger || hotkey === null) addresses.take(addressKey(address), rate)
  else hotkeys.take(hotkey, rate)
}

/**
 * Reserves what the answer may cost, on a route that takes a place. Strangers share one account, because anyone can create
 * hotkeys.
 *
 * @returns the request's purse, to be disposed at its end; null without a budget
 * @throws {Refusal} BUDGET_SPENT · BUDGET_UNWRITTEN
 */
export async function chargeBudget(
  budget: BudgetGate | undefined,
  { call: { route, hotkey, isStranger }, size }: Pick<Request, 'call' | 'size'>,
): Promise<Purse | null> {
  if (!budget || route.queue === false) return null
  return await budget.admit(isStranger ? null : hotkey, size)
}

/** How many requests the operator's rates leave a hotkey, often a fraction. */
export type RateLeft = { readonly hotkey: string; readonly left: number }

/**
 * Returns what the operator's rates leave the hotkeys that have used some of theirs, 10,000 of them at most. All others, but
 * for those that are counted by address, have the whole of it.
 */
export function ratesLeft(
  { hotkeys }: RateLimiters,
  { rate, rates }: Pick<Policy, 'rate' | 'rates'>,
): readonly RateLeft[] {
  return hotkeys.callers().flatMap(hotkey => {
    const own = rates.has(hotkey) ? rates.get(hotkey) : rate
    const left = own && hotkeys.left(hotkey, own)
    return own && typeof left === 'number' && left < own.limit ? [{ hotkey, left }] : []
  })
}

/**
 * How many requests the operator's rates leave a hotkey that is not a stranger; null when it has no rate.
 *
 * @param isExempt whether the operator allows it by name
 */
export function rateLeft(
  { hotkeys }: RateLimiters,
  { rate, rates }: Pick<Policy, 'rate' | 'rates'>,
  { hotkey, isExempt }: { readonly hotkey: string; readonly isExempt: boolean },
): number | null {
  const own = rates.has(hotkey) ? rates.get(hotkey) : isExempt ? null : rate
  return own ? hotkeys.left(hotkey, own) : null
}

/**
 * Charges the caller of a rate-limited route. Strangers are charged by address, because anyone can create hotkeys. A rate
 * whose cost depends on the body is charged once the body is read, any other before that. The rate of strangers counts
 * requests, whatever a cost in the dialect's own units may be.
 *
 * @param request once it is read
 * @throws {Refusal} BUDGET_USED
 */
export function charge(
  { hotkeys, addresses }: RateLimiters,
  { claim, route, hotkey, isStranger, isExempt }: VerifiedCall,
  address: string,
  request?: Pick<Request, 'body'>,
): void {
  const isByBody = route.rate !== undefined && route.cost !== undefined
  if (isExempt || isByBody !== (request !== undefined)) return
  const rate = route.rate ?? (isStranger || route.rules === false ? strangersRate : null)
  if (!rate) return
  const cost = request && route.cost?.(request.body)
  if (isStranger) addresses.take(`${claim.synapse} ${addressKey(address)}`, rate, cost)
  else hotkeys.take(`${claim.synapse} ${hotkey}`, rate, cost)
}
