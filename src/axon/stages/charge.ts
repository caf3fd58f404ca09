import type { Rate, Route } from '../../plugin/dialect.js'
import { addressKey, type RateLimiter } from '../state/rate-limiter.js'

/** What whoever is vouched for by no rule may ask of one route, unless the dialect says otherwise. */
export const strangersRate: Rate = { limit: 10, windowMs: 10_000 }

/** Counted apart: however many addresses come, no hotkey is forgotten for them. */
export type RateLimiters = { readonly hotkeys: RateLimiter; readonly addresses: RateLimiter }

type Asker = {
  readonly synapse: string
  /** that signed; null where nobody did */
  readonly hotkey: string | null
  readonly address: string
  /** the operator named the hotkey */
  readonly exempt: boolean
}

/**
 * Takes what a request costs of what its caller may have. Where no rule holds, it is the address that counts: anybody
 * has as many hotkeys as he likes.
 *
 * @throws {Refusal} BUDGET_USED
 */
export function charge({ hotkeys, addresses }: RateLimiters, route: Route, asker: Asker, cost?: number): void {
  const { synapse, hotkey, address, exempt } = asker
  if (exempt) return
  if (hotkey === null || route.rules === false)
    addresses.take(`${synapse} ${addressKey(address)}`, route.rate ?? strangersRate, cost)
  else if (route.rate) hotkeys.take(`${synapse} ${hotkey}`, route.rate, cost)
}
