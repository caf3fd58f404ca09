import type { Question } from '../../../plugin/miner.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { requiredFeatures } from '../request/features.js'
import type { ModelEndpoint } from '../settings/endpoints.js'

/**
 * Returns the endpoints in the order in which one question tries them: as configured, but neighbours that have a weight
 * are drawn by it, so that each comes first as often as its share says.
 *
 * @param random from 0 to below 1
 */
export function weightedOrder(endpoints: readonly ModelEndpoint[], random: () => number): ModelEndpoint[] {
  let group = 0
  return endpoints
    .map((endpoint, at) => {
      const { weight } = endpoint
      if (weight === null || endpoints[at - 1]?.weight == null) group += 1
      // With exponential delays of rate `weight`, an endpoint comes first with the probability weight / total weight.
      return { endpoint, group, waitingTime: weight === null ? 0 : -Math.log(1 - random()) / weight }
    })
    .sort((a, b) => a.group - b.group || a.waitingTime - b.waitingTime)
    .map(({ endpoint }) => endpoint)
}

/**
 * Returns the endpoints whose API can carry this question: a completions API takes text only.
 *
 * @throws {NoAnswer} `MODEL_UNSUPPORTED` when no endpoint can
 */
export function capableEndpoints(
  endpoints: readonly ModelEndpoint[],
  question: Question,
  options: { readonly isRelay: boolean },
): readonly ModelEndpoint[] {
  const [feature] = requiredFeatures(question, options)
  const capable = feature ? endpoints.filter(({ config }) => config.api === 'chat') : endpoints
  if (capable.length > 0) return capable
  throw new NoAnswer('unsupported', `the completions API ${feature!.lack}`, {
    code: 'MODEL_UNSUPPORTED',
    hint: 'set --api chat, or add an endpoint that has it',
  })
}
