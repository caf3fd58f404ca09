import type { ScreenRule } from '../plugin/screen-rule.js'
import { Refusal } from '../wires/refusal.js'
import type { Claim } from '../wires/wire.js'

/**
 * Holds the rules against the claimed hotkey, before anything is proven. A claim without a usable hotkey passes: it
 * fails in `verify`.
 *
 * @returns whether the operator named it, so that no rule that counts holds for it
 * @throws {Refusal} BLACKLISTED
 */
export function screen(claim: Claim, rules: readonly ScreenRule[]): { readonly exempt: boolean } {
  let exempt = false
  if (claim.hotkey === null) return { exempt }
  for (const rule of rules) {
    const verdict = rule(claim.hotkey)
    if (!verdict.allow) throw new Refusal('BLACKLISTED', verdict.reason)
    exempt ||= verdict.exempt ?? false
  }
  return { exempt }
}
