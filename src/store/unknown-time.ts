/**
 * How long a store that may have forgotten nonces spends none: as far as a nonce may be ahead of the clock. What was
 * forgotten was signed before the end of this time.
 */
export const UNKNOWN_MS = 4_000
