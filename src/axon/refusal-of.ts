import { ConversationError } from '../plugin/conversation.js'
import { NoAnswer, type NoAnswerReason } from '../plugin/no-answer.js'
import { Refusal, type RefusalCode } from '../wires/refusal.js'

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
 * What the caller may know of an error. One that nobody foresaw is masked; `id` finds it in the log.
 *
 * @param about `seconds`: how long the caller would have waited, as its text says it
 */
export function refusalOf(error: unknown, about: { readonly id: string; readonly seconds: string }): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof ConversationError) return new Refusal('MALFORMED', error.message)
  if (error instanceof NoAnswer) return new Refusal(codes[error.reason], about.seconds, { cause: error })
  return new Refusal('INTERNAL', about.id, { cause: error })
}
