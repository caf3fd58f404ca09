/**
 * Decides whether a hotkey may ask at all. The hotkey is still only claimed, so a rule must be cheap. `exempt`: the
 * operator lists the hotkey, so no rate limit holds for it.
 */
export type ScreenRule = (
  hotkey: string,
) => { readonly allow: true; readonly exempt?: true } | { readonly allow: false; readonly reason: string }
