import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `ScopeError` codes. */
export const scopeCodes = {
  SCOPE_CLOSED: {
    meaning: 'a service is resolved from a scope that is closed, or was still being built when the scope closed',
    remedy: 'resolve it before closing the scope, or open another scope',
    fatal: false,
  },
  TOKEN_UNKNOWN: {
    meaning: 'the program resolves or provides something else than a token of `bittensor-miner/embed`',
    remedy: 'import the token from `bittensor-miner/embed`',
    fatal: false,
  },
  CLOSE_TIMEOUT: {
    meaning: 'closing a scope takes too long; the rest of it may still be open',
    remedy: "find out what the miner's `create`, `ready` or `close` waits for",
    fatal: false,
  },
} satisfies ErrorCodes
