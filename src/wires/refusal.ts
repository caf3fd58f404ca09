/** Why a request gets no answer. Codes are API: add freely, rename with a major version. */
export type RefusalCode = keyof typeof refusals

/** The one table of refusals: HTTP status, and the text on the wire. `detail` is our own text, never an upstream's. */
export const refusals = {
  MALFORMED: { status: 400, text: detail => detail },
  HASH_MISMATCH: { status: 400, text: () => 'Hash mismatch between header body hash and body' },
  NOT_VERIFIED: { status: 401, text: detail => `Not Verified with error: ${detail}` },
  BLACKLISTED: { status: 403, text: detail => `Forbidden. Key is blacklisted: ${detail}.` },
  UNKNOWN_SYNAPSE: { status: 404, text: detail => detail },
  NOT_FOUND: { status: 404, text: () => 'Not Found' },
  METHOD_NOT_ALLOWED: { status: 405, text: () => 'Method Not Allowed' },
  DEADLINE_IN_QUEUE: { status: 408, text: detail => `Response timeout after: ${detail}s` },
  BODY_TIMEOUT: { status: 408, text: () => 'The request did not arrive in time' },
  BODY_TOO_LARGE: { status: 413, text: detail => `The body is larger than ${detail} bytes` },
  QUESTION_TOO_LONG: { status: 413, text: () => 'The question is too long for this miner' },
  TOO_MANY_NONCES: { status: 429, text: () => 'Too many requests of this hotkey' },
  TOO_MANY_FAILED_PROOFS: { status: 429, text: () => 'Too many signatures of this address did not verify' },
  BUSY: { status: 429, text: () => 'Busy, try again later' },
  RATE_EXCEEDED: { status: 429, text: detail => `Too many requests: at most ${detail}` },
  BUDGET_USED: { status: 429, text: () => 'The budget of this hotkey is used up' },
  BUDGET_SPENT: { status: 429, text: detail => `The day's budget of ${detail}` },
  HEADERS_TOO_LARGE: { status: 431, text: () => 'Request headers are too large' },
  INTERNAL: { status: 500, text: detail => `Internal Server Error #${detail}` },
  UNSUPPORTED: { status: 501, text: () => 'This miner cannot do that' },
  UPSTREAM_FAILED: { status: 502, text: () => 'The model behind this miner failed' },
  STANDINGS_UNKNOWN: { status: 503, text: () => 'The standing of this hotkey is not known yet' },
  DRAINING: { status: 503, text: () => 'The miner is stopping' },
  QUEUE_FULL: { status: 503, text: () => 'Too many requests are waiting' },
  DEADLINE_TOO_NEAR: { status: 503, text: () => 'No answer would begin in time' },
  OVERLOADED: { status: 503, text: () => 'The axon is overloaded' },
  CHECKS_FULL: { status: 503, text: () => 'Too many signatures are waiting to be checked' },
  NONCE_STORE_FULL: { status: 503, text: () => 'Too many requests to remember' },
  LEGACY_STORE_FULL: { status: 503, text: () => 'The store of legacy nonces takes no more hotkeys' },
  BODIES_FULL: { status: 503, text: () => 'Too many bytes of requests are arriving' },
  NONCE_STORE_FAILED: { status: 503, text: () => 'This request cannot be remembered' },
  NONCES_UNKNOWN: { status: 503, text: () => 'The miner cannot tell yet whether this request was sent before' },
  BUDGET_UNWRITTEN: { status: 503, text: () => 'This request cannot be counted' },
  LOADING: { status: 503, text: () => 'The model is loading' },
  DEADLINE: { status: 504, text: detail => `No answer within ${detail}s` },
} satisfies Record<string, { status: number; text: (detail: string) => string }>

/** The refusal of a request, with the code that decides its status and its text on the wire. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly status: number
  /** additional headers of the reply, for example `retry-after` */
  readonly headers: readonly (readonly [string, string])[]

  constructor(
    code: RefusalCode,
    detail = '',
    options: {
      cause?: unknown
      headers?: readonly (readonly [string, string])[]
      /** replaces the table's status and text */
      as?: { readonly status: number; readonly text: string } | undefined
    } = {},
  ) {
    // A refusal is a reply, not a bug, so its stack is useless; capturing it would cost more than the rest.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(options.as?.text ?? refusals[code].text(detail), { cause: options.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.status = options.as?.status ?? refusals[code].status
    this.headers = options.headers ?? []
  }
}
