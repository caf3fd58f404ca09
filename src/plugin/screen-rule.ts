/** Says whether a hotkey may be listened to at all. It is only claimed yet, so a rule must be cheap. */
export type ScreenRule = (
  hotkey: string,
) => { readonly allow: true } | { readonly allow: false; readonly reason: string }
