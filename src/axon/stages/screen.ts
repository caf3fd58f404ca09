import type { ScreenRule } from '../../plugin/screen-rule.js'
import type { Claim } from '../../wires/wire.js'

/** Do the rules let the claimed hotkey in? `exempt`: the operator named it, so that no rule that counts holds for it. */
export type Screened =
  | { readonly allow: true; readonly exempt: boolean }
  | { readonly allow: false; readonly reason: string }

/**
 * Holds the rules against the claimed hotkey, before anything is proven. A claim without a usable hotkey passes: it
 * fails in `verify`.
 */
export function screen(claim: Claim, rules: readonly ScreenRule[]): Screened {
  let exempt = false
  if (claim.hotkey === null) return { allow: true, exempt }
  for (const rule of rules) {
    const verdict = rule(claim.hotkey)
    if (!verdict.allow) return verdict
    exempt ||= verdict.exempt ?? false
  }
  return { allow: true, exempt }
}
