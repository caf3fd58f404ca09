import type { Route } from '../../plugin/dialect.js'
import type { ScreenRule } from '../../plugin/screen-rule.js'
import { Refusal } from '../../wires/refusal.js'
import type { Claim } from '../../wires/wire.js'

/** What the rules say of a claimed hotkey. */
export type Screened = {
  /** no rule lets it in, or the route takes unsigned calls */
  readonly isStranger: boolean
  /** the operator named the hotkey, so that no rate limit holds for it */
  readonly isExempt: boolean
}

/**
 * Checks the claimed hotkey against the rules, before its signature is verified. A claim without a usable hotkey passes: it
 * fails in `verify`. A route with `rules: false` takes any hotkey, and the verdict only marks the caller as a stranger.
 *
 * @throws {Refusal} BLACKLISTED
 */
export function screen(claim: Claim, rules: readonly ScreenRule[], route: Route): Screened {
  if (route.auth === 'none') return { isStranger: true, isExempt: false }
  const hasRules = route.rules !== false
  let isExempt = false
  if (claim.hotkey !== null)
    for (const rule of rules) {
      const verdict = rule(claim.hotkey, 'unregistered')
      if (verdict.allow === 'unknown') continue
      if (verdict.allow) isExempt ||= verdict.exempt ?? false
      else if (hasRules) throw new Refusal('BLACKLISTED', verdict.reason)
      else return { isStranger: true, isExempt: false }
    }
  return { isStranger: false, isExempt: isExempt && hasRules }
}
