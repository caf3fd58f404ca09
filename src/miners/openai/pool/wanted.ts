import type { Outcome } from '../../../plugin/miner.js'
import type { CallAsked } from '../call/call.js'
import type { ModelEndpoint, Target } from '../settings/target.js'

/** What is wanted of one of several targets. */
export type Wanted<Given> = {
  /** which model is asked for it; absent: the one that is configured there */
  readonly model?: string | undefined
  /** is it streamed there? what comes whole has no first token, so `firstTokenTimeout` does not bound it */
  isStreamed(endpoint: ModelEndpoint): boolean
  /** asks a target once */
  call(target: Target, asked: CallAsked): AsyncGenerator<Given, Outcome>
}
