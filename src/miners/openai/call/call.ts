import type { Asked, Outcome, Piece, Question } from '../../../plugin/miner.js'
import type { Usage } from '../../../plugin/money/spending.js'
import type { Target } from '../settings/endpoints.js'
import type { RefusedParameters } from './refused-parameters.js'

/** An answer in the order in which it arrives, and its outcome. */
export type AnswerStream<Chunk> = AsyncGenerator<Chunk, Outcome>

/** Calls one endpoint once with one key, and streams its answer. */
export type EndpointCall<Input, Chunk> = (target: Target, input: Input, asked: CallAsked) => AnswerStream<Chunk>

export type CallModel = EndpointCall<Question, string | Piece>

export type CallAsked = Pick<Asked, 'signal' | 'deadline'> & {
  /** called at each token, a thought included */
  readonly onToken?: () => void
  /** called with the final counts when the endpoint has ended its answer, even if that is none */
  readonly onUsage?: (usage: Usage) => void
}

/** What a call of a model needs: the caller's limits, and the store of parameters that models refuse. */
export type CallContext = CallAsked & { readonly refused: RefusedParameters }

/** The value to stop an {@link AnswerStream} with: `return()` needs an outcome, which is never read. */
export const unreadOutcome: Outcome = { model: '', finishReason: '' }
