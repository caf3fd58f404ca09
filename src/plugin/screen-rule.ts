/**
 * Says whether a hotkey may be listened to at all. It is only claimed yet, so a rule must be cheap. `exempt`: the operator
 * named it, so no other rule but the signature holds for it.
 */
export type ScreenRule = (
  hotkey: string,
) => { readonly allow: true; readonly exempt?: true } | { readonly allow: false; readonly reason: string }
