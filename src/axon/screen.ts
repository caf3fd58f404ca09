import type { ScreenRule } from '../plugin/screen-rule.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim } from '../wires/wire.js'

/**
 * Holds the rules against the claimed hotkey, before anything is proven. A claim without a usable hotkey passes: it
 * fails in `verify`.
 *
 * @throws {Refusal} BLACKLISTED
 */
export function screen(claim: Claim, rules: readonly ScreenRule[]): void {
  if (claim.hotkey === null) return
  for (const rule of rules) {
    const verdict = rule(claim.hotkey)
    if (!verdict.allow) throw new Refusal('BLACKLISTED', verdict.reason)
  }
}
