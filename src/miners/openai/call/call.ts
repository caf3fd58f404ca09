import type { Asked, Outcome, Piece, Question } from '../../../plugin/miner.js'
import type { Target } from '../settings/endpoints.js'
import type { RefusedParameters } from './refused-parameters.js'

/** Asks one endpoint with one key, once, and gives what it answers on as it comes. */
export type EndpointCall<What, Given> = (target: Target, what: What, asked: CallAsked) => AsyncGenerator<Given, Outcome>

export type CallModel = EndpointCall<Question, string | Piece>

export type CallAsked = Pick<Asked, 'signal' | 'deadline'> & {
  /** called at each token, a thought included */
  readonly onToken?: () => void
}

/** For whoever does it: what was learned of the models so far, and where it is learned. */
export type CallContext = CallAsked & { readonly refused: RefusedParameters }
