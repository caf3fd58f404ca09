import { ConversationError } from '../../plugin/conversation.js'
import type { Refusals } from '../../plugin/dialect.js'
import { NoAnswer, type NoAnswerReason } from '../../plugin/no-answer.js'
import { Refusal, type RefusalCode, refusals } from '../../wires/refusal.js'

const codes = {
  busy: 'BUSY',
  loading: 'LOADING',
  upstream: 'UPSTREAM_FAILED',
  unsupported: 'UNSUPPORTED',
  tooLong: 'QUESTION_TOO_LONG',
  budget: 'BUDGET_USED',
  late: 'DEADLINE',
} satisfies Record<NoAnswerReason, RefusalCode>

/**
 * Turns an error into the refusal that the caller may see. Unknown errors are masked; the log has them under `id`.
 *
 * @param about.seconds the caller's time-out, as the text of a late answer names it
 * @param about.as the statuses and texts that this subnet's validators expect
 */
export function toRefusal(
  error: unknown,
  about: { readonly id: string; readonly seconds: string; readonly as?: Refusals | undefined },
): Refusal {
  const refusal = plainRefusalOf(error, about)
  const as = about.as?.[refusal.code]
  return as ? new Refusal(refusal.code, '', { as, cause: refusal.cause, headers: refusal.headers }) : refusal
}

function plainRefusalOf(error: unknown, about: { readonly id: string; readonly seconds: string }): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof ConversationError) return new Refusal('MALFORMED', error.message)
  // A plugin in JavaScript may throw a reason outside the type.
  if (error instanceof NoAnswer && Object.hasOwn(codes, error.reason)) {
    const { cause } = error
    // An attempt that a budget of the host has refused: with its text, whichever plugin passed it on.
    if (error.code === 'MODEL_OVER_BUDGET' && cause instanceof Refusal) return causedBy(error, cause)
    const code = codes[error.reason]
    return new Refusal(code, about.seconds, { cause: error, headers: retryAfter(code, error.retryAfterMs) })
  }
  return new Refusal('INTERNAL', about.id, { cause: error })
}

function causedBy(error: NoAnswer, { code, status, message: text, headers }: Refusal): Refusal {
  return new Refusal(code, '', { as: { status, text }, cause: error, headers })
}

/** The `retry-after` header of a 429 or 503, in whole seconds, at least 1. */
function retryAfter(code: RefusalCode, ms: number | undefined): Refusal['headers'] {
  const mayRetry = refusals[code].status === 429 || refusals[code].status === 503
  if (!mayRetry || ms === undefined || !(ms >= 0)) return []
  return [['retry-after', String(Math.min(MAX_RETRY_SECONDS, Math.max(1, Math.ceil(ms / 1000))))]]
}

/** A day. */
const MAX_RETRY_SECONDS = 86_400
