/** What each event of a store tells, for the log. */
type StoreEvents = {
  /** it may have forgotten nonces, and spends none until `untilMs`, epoch milliseconds */
  noncesUnknown: { readonly why: string; readonly untilMs: number }
  /** the floor of dropped nonces is ahead of the clock, so that all callers are refused until `untilMs`, epoch milliseconds */
  clockSetBack: { readonly untilMs: number }
  /** it cannot keep a nonce; once until it can again, and once more when the reason changes */
  storeFailed: { readonly code: string | null }
  /** it has no place for legacy nonces of further hotkeys; once in a process */
  legacyStoreFull: object
  storeRecovered: { readonly afterMs: number }
  /** it waits for a lock that may have been left behind */
  storeWaits: { readonly holder: string }
}

/** An event of a store of nonces. `message` says it in words. */
export type StoreEvent = {
  [Name in keyof StoreEvents]: StoreEvents[Name] & {
    readonly level: 'info' | 'warn' | 'error'
    readonly event: Name
    readonly message: string
    readonly hint?: string
  }
}[keyof StoreEvents]

/** Receives the events of a store. Must not throw. */
export type OnStoreEvent = (event: StoreEvent) => void
