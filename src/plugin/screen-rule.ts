import type { Standing } from './standing.js'

/**
 * What a rule decides of a hotkey. `exempt`: the operator allows it by name, so that no later rule is asked, and no rate
 * limit holds for it. `denied`: the operator denies it by name, so that it is a stranger even where no rule holds.
 * `unknown`: the rule depends on a standing that is not known yet.
 */
export type ScreenVerdict =
  | { readonly allow: true; readonly exempt?: true }
  | { readonly allow: false; readonly reason: string; readonly denied?: true }
  | { readonly allow: 'unknown' }

/** Decides whether a hotkey may ask at all. The hotkey is still only claimed, so a rule must be cheap. */
export type ScreenRule = (hotkey: string, standing: Standing | 'unregistered' | 'unknown') => ScreenVerdict
